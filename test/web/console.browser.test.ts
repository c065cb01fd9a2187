// The console as people see it: in both themes, on a phone, while a run goes on.

import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { localPeople, localTenant, toPerson } from "../../src/chat/local/cast.ts";
import { asConversationId, asPersonKey, asRunId, asWaitId } from "../../src/domain/ids.ts";
import type { Lease } from "../../src/domain/run.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import type { NewRun } from "../../src/store/contract-runs.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { startChromium } from "../servers/chromium.ts";
import { claimAs } from "../workers/rows.ts";
import { type ChatServer, startChatServer } from "./chat-server.ts";
import { consoleOver } from "./console-world.ts";

const wide = { width: 1280, height: 900 };
const narrow = { width: 390, height: 844 };
const ana = asPersonKey("local:local:ana");
const ada = asPersonKey("local:local:ada");

describe("web/console", () => {
  let browser: Browser;
  let server: ChatServer;
  let store: Store;
  let lease: Lease;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    troubles = [];
    store = await createSqliteStore({ path: ":memory:" });
    await store.write(async (tx) => {
      for (const person of localPeople) await tx.people.see(toPerson(person), localTenant, 0);
    });
    const now = Date.now() - 600_000;
    await add("run_one", { title: "Compare three CRM vendors for the sales team", now });
    await add("run_two", { title: "Pays 4,711", taint: privateMarks(ana), now: now + 1 });
    for (let n = 0; n < 3; n += 1) {
      await add(`run_old${n}`, { title: `Monthly report ${n}`, now: now - 1_000 });
      await store.write((tx) =>
        tx.runs.settleIdle(asRunId(`run_old${n}`), "stopped", { code: "stopped", summary: "" }, now),
      );
    }
    lease = await claimAs(store, "w", "run_one", { now, ms: 6_000_000 });
    await step(0, "read_file");
    const rules = {
      enabled: true,
      reply: "followers",
      guests: false,
      bots: [],
      agent: "deputy",
      budget: { steps: 500 },
      managers: [ada],
      approvers: [],
      revoked: new Set<never>(),
    } as const;
    server = await startChatServer({ deps: { console: consoleOver(store, () => rules, [ada], "local") } });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.close();
    await store.close();
  });

  async function add(id: string, more: Partial<NewRun>): Promise<void> {
    await store.write(async (tx) => {
      const at = {
        platform: "local",
        tenant: localTenant,
        kind: "channel",
        channel: "sales",
        thread: id,
      } as const;
      const fresh = { id: asConversationId(`cnv_${id}`), workspace: `ws_${id}`, now: 0 };
      const { id: conversation } = await tx.conversations.ensure(at, fresh);
      await tx.runs.create({
        id: asRunId(id),
        tenant: localTenant,
        conversation,
        agent: "deputy",
        subject: ana,
        subjectName: "Ana",
        mode: "employee",
        goal: "",
        title: "",
        budget: { steps: 500, usdMicros: 5_000_000 },
        now: 0,
        ...more,
      });
    });
  }

  const step = (n: number, tool: string): Promise<void> =>
    store.write(async (tx) => {
      await tx.runs.advance(lease, n, n + 1, {
        steps: n + 1,
        inputTokens: 0,
        outputTokens: 0,
        usdMicros: 30_000,
      });
      const intent = { n, kind: "tool", tool, callId: "c", arguments: "{}", identity: "agent" } as const;
      await tx.steps.start(lease, intent, Date.now());
    });

  /** A person of the local chat, who came by its link. */
  const open = async (
    path: string,
    options: { viewport?: typeof wide; colorScheme?: "light" | "dark" } = {},
  ) => {
    const context = await browser.newContext({ viewport: wide, locale: "en-GB", ...options });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    await page.goto(server.web.chatLink());
    await page.getByRole("heading", { name: "#sales", exact: true }).waitFor();
    await page.goto(`${server.url}${path}`);
  };

  it("leads from the list to a run's page, which shows what goes on meanwhile, and a stop", async () => {
    await store.write((tx) =>
      tx.waits.open({
        id: asWaitId("wait_1"),
        run: asRunId("run_two"),
        step: 0,
        kind: "question",
        ask: { kind: "question", question: "Which bank?", options: [] },
        asked: ana,
        now: 1,
      }),
    );
    await open("/chat");
    await page.getByRole("navigation").getByRole("link", { name: "Question Pays 4,711" }).waitFor();
    await page.getByRole("link", { name: "All my work" }).click();
    await page.getByText("Which bank?").waitFor();
    expect(await page.getByRole("link", { name: /^Answer in chat/ }).getAttribute("href")).toBe(
      "/chat/console/waits/wait_1?as=ana",
    );
    await page.getByRole("link", { name: "Compare three CRM vendors" }).click();
    await page.getByRole("heading", { level: 1, name: "Compare three CRM vendors" }).waitFor();
    await page.getByRole("row", { name: /tool read_file/ }).waitFor();
    await page.getByText("Stop…").focus();
    await page.keyboard.press("Enter");
    await step(1, "write_file");
    await page.getByRole("row", { name: /tool write_file/ }).waitFor();
    const button = page.getByRole("button", { name: "Stop this run" });
    expect(await button.isVisible(), "what was opened stays open").toBe(true);
    await button.click();
    await page.locator("#head .pill").getByText("stopping").waitFor();
    expect((await store.read((tx) => tx.runs.find(asRunId("run_one"))))?.stopRequestedBy).toBe(ana);
    expect(await page.locator("time").first().textContent(), "the reader's own clock").not.toContain("UTC");
    expect(troubles).toEqual([]);
  });

  it("narrows what is shown by its form, and says whose work it is", async () => {
    await open("/chat/console?as=ada");
    expect(await page.getByText("Nothing is going on.").isVisible()).toBe(true);
    await page.getByLabel("Whose").selectOption("all");
    await page.getByLabel("State").selectOption("stopped");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("heading", { name: "My work, and my agents'" }).waitFor();
    expect(await page.getByRole("row", { name: /Monthly report/ }).count()).toBe(3);
    expect(await page.getByRole("row", { name: /Compare/ }).count()).toBe(0);
    await page.getByRole("link", { name: "Show everything" }).click();
    expect(new URL(page.url()).search).toBe("?as=ada");
    expect(troubles).toEqual([]);
  });

  it.each([
    ["light", wide],
    ["dark", narrow],
  ] as const)("is accessible in the %s theme at %j", async (colorScheme, viewport) => {
    const violations = async (): Promise<string[]> => {
      // What the pages forbid themselves holds for their own scripts: this one is the test's.
      const found = await page.evaluate(
        `${axe.source}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
          .then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))].join(" | ")))`,
      );
      return z.array(z.string()).parse(found);
    };
    const overflows = (): Promise<boolean> =>
      page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    await open("/chat/console?as=ada&whose=all", { colorScheme, viewport });
    expect(await page.textContent("body")).not.toContain("4,711");
    expect(await violations()).toEqual([]);
    expect(await overflows()).toBe(false);
    await page.goto(`${server.url}/chat/console/runs/run_one?as=ana`);
    expect(await violations()).toEqual([]);
    expect(await overflows()).toBe(false);
    expect(troubles).toEqual([]);
  });
});
