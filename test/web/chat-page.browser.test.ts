import { readFile } from "node:fs/promises";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { toAddress } from "../../src/chat/local/to-inbound.ts";
import { asPersonKey, asRunId } from "../../src/domain/ids.ts";
import type { Outgoing } from "../../src/domain/outbox.ts";
import { aCard, anAttention, aResult } from "../chat/outgoing.ts";
import { startChromium } from "../servers/chromium.ts";
import { type ChatServer, startChatServer } from "./chat-server.ts";
import { createScriptedAgent, type ScriptedAgent } from "./scripted-agent.ts";

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const ana = asPersonKey("local:local:ana");
const bo = asPersonKey("local:local:bo");
const csv = { name: "sales.csv", mimeType: "text/csv", buffer: Buffer.from("region,sum\nEurope,12\n\u00ff") };

describe("web/chat-page", () => {
  let browser: Browser;
  let server: ChatServer;
  let agent: ScriptedAgent;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    troubles = [];
    agent = createScriptedAgent(() => server.platform);
    server = await startChatServer({
      receive: (event) => agent.receive(event),
      chat: { modelLabel: "Demo model (scripted)", suggestions: ["Count the rows"] },
    });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.close();
  });

  /** Opens the page as a person would, in a browser of its own. */
  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: wide, locale: "en-GB", ...options });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("dialog", (dialog) => troubles.push(`dialog ${dialog.message()}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("Failed to load resource"))
        troubles.push(message.text());
    });
    await page.goto(server.web.chatLink());
    await page.getByRole("heading", { name: "#sales", exact: true }).waitFor();
    return page;
  };
  const main = (): Locator => page.locator("#channel");
  const thread = (): Locator => page.getByRole("region", { name: "Thread", exact: true });
  const ask = async (text = "@deputy report on this"): Promise<void> => {
    await main().locator('input[type="file"]').setInputFiles(csv);
    await main().getByRole("textbox", { name: "Message #sales" }).fill(text);
    await main().getByRole("button", { name: "Send" }).click();
    await thread().getByText("Which region should the report cover?").waitFor();
  };
  const become = (name: string): Promise<void> =>
    page.getByRole("radio", { name: new RegExp(`^${name}`) }).check({ force: true });

  it("leads from the link to the page without the token, and a reload stays in", async () => {
    await open();

    expect(page.url()).not.toContain("token");
    await page.reload();
    await page.getByRole("heading", { name: "#sales", exact: true }).waitFor();
    expect(await page.getByRole("banner").locator("p").first().textContent()).toBe("Demo model (scripted)");
    expect(troubles).toEqual([]);
  });

  it("offers something to ask for where nothing was said", async () => {
    await open();

    await page.getByRole("button", { name: "Count the rows" }).click();

    expect(await page.getByRole("textbox", { name: "Message #sales" }).inputValue()).toBe(
      "@deputy Count the rows",
    );
  });

  it("does a whole job: file up, card edited in place, question, result, file down", async () => {
    await open();

    await ask();
    const card = thread().getByRole("region", { name: "Run" });
    const cardState = await card.textContent();
    const footer = await thread().getByText("Without an answer by").textContent();
    expect(footer, "APR-7: times by the reader's own clock").toMatch(/2027/);
    expect(footer).not.toContain("UTC");
    await thread().getByRole("button", { name: "Europe" }).click();
    const result = thread().getByRole("region", { name: "Result: Done" });
    await result.waitFor();

    expect(cardState).toContain("Waiting for you");
    expect(await card.count()).toBe(1);
    expect(await card.textContent()).toContain("Done");
    expect(await thread().getByRole("region", { name: "Decided" }).textContent()).toMatch(
      /The file has sales for two regions\..*Ana chose Europe/,
    );
    const colours = await thread()
      .locator(".decided, .decision")
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).color));
    expect(new Set(colours).size, "a no is not shown as a success").toBe(1);
    expect(await thread().getByRole("button", { name: "Europe" }).count()).toBe(0);
    expect(await result.getByRole("row").allTextContents()).toEqual(["RegionSum", "Europe12"]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      result.getByRole("link", { name: "Download report.csv" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("report.csv");
    expect(await readFile(await download.path())).toEqual(csv.buffer);
    expect(troubles).toEqual([]);
  });

  it("OUT-1, OUT-3: shows markup and broadcasts in the agent's text as text", async () => {
    await open();
    await ask();
    await thread().getByRole("button", { name: "Europe" }).click();
    const result = thread().getByRole("region", { name: "Result: Done" });

    await result.getByText("<img src=x onerror=alert(1)>").waitFor();

    expect(await result.locator("img").count()).toBe(0);
    expect(await result.textContent()).not.toContain("@channel");
    expect(troubles).toEqual([]);
  });

  it("takes an answer in words", async () => {
    await open();
    await ask();

    await thread().getByLabel("Something else").fill("Norway only");
    await page.keyboard.press("Enter");

    await thread().getByText("Ana chose Norway only").waitFor();
    expect(agent.heard.at(-1)).toMatchObject({ kind: "action", value: "wait_1", text: "Norway only" });
  });

  /** What the agent says in a thread that Ana began, in the order in which it is shown. */
  const hear = async (...said: readonly Outgoing[]): Promise<void> => {
    const { thread: id } = await server.room.say({ as: ana, channel: "sales", text: "a request" });
    for (const [n, message] of said.entries())
      await server.platform.post(toAddress({ channel: "sales", thread: id }), { key: `k${n}` }, message, []);
    await page.goto(`${server.url}/chat#/sales/${id}`);
    await thread().locator(".message").nth(said.length).waitFor();
  };

  it.each([
    ["wide", wide],
    ["narrow", narrow],
  ])(
    "keeps words of a table whole beside a very long one, and all of it in its pane, %s",
    async (_, viewport) => {
      await open({ viewport });
      const long = "Donaudampfschifffahrtsgesellschaft".repeat(8);
      await hear(aResult({ text: `| Region | Sum | Note |\n|---|--:|---|\n| Europe | 12,000 | ${long} |` }));

      const lines = await thread()
        .locator("td")
        .evaluateAll((cells) =>
          cells.slice(0, 2).map((cell) => {
            const words = document.createRange();
            words.selectNodeContents(cell);
            return words.getClientRects().length;
          }),
        );
      const pane = thread().getByRole("region", { name: "Messages of the thread" });

      expect(lines, "one line each").toEqual([1, 1]);
      expect(await pane.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    },
  );

  it("keeps a file with a very long name in its pane", async () => {
    await open();
    const { thread: id } = await server.room.say({
      as: ana,
      channel: "sales",
      text: "here",
      files: [{ name: `${"annual figures ".repeat(12)}.csv`, content: Buffer.from("a") }],
    });
    await page.goto(`${server.url}/chat#/sales/${id}`);
    await thread()
      .getByRole("link", { name: /^Download annual/ })
      .waitFor();

    const size = thread().locator("a.file > .muted");
    expect(
      await size.evaluate((element) => element.getClientRects()[0]?.height ?? 0),
      "one line",
    ).toBeLessThan(30);
    for (const pane of [main(), thread()])
      expect(
        await pane.locator(".scroll").evaluate((element) => element.scrollWidth - element.clientWidth),
      ).toBe(0);
  });

  it("runs a line in Hebrew from right to left, beside one in English", async () => {
    await open();
    await hear(aResult({ text: "First.\n\n\u05e9\u05dc\u05d5\u05dd English \u05e2\u05d5\u05dc\u05dd." }));

    const ends = await thread()
      .locator(".result p:not([class])")
      .evaluateAll((all) =>
        all.map((line) => {
          const text = line.firstChild;
          const at = (from: number): number => {
            const letter = document.createRange();
            if (text === null) return Number.NaN;
            letter.setStart(text, from);
            letter.setEnd(text, from + 1);
            return letter.getBoundingClientRect().left;
          };
          return at(0) < at((text?.textContent?.length ?? 1) - 1) ? "left to right" : "right to left";
        }),
      );

    expect(ends).toEqual(["left to right", "right to left"]);
  });

  it("shows nothing as under way on a card of ended work", async () => {
    await open();
    const noted = ["took back the message of 2027-01-05 12:30 UTC"];
    await hear(
      aCard({ state: "Stopped", buttons: [], noted }),
      aCard({ run: "run_2", state: "Done", buttons: [] }),
    );
    await thread().getByText("Show the 3 steps").click();

    const words = await thread().locator(".step-word").allTextContents();
    expect(words).toEqual(["done", "half done", "to do", "done", "done", "to do"]);
    expect(await thread().locator(".noted").textContent(), "by the reader's own clock").not.toContain("UTC");
    expect(await thread().locator(".card-count").allTextContents()).toEqual(["1 of 3", "2 of 3"]);
  });

  it("tells of what is over why it is so, and of an approval no more than its act", async () => {
    await open();
    const over = { options: [], decided: "Stopped" };
    await hear(
      anAttention({
        ...over,
        about: "grant",
        title: "Stopped: CRM",
        text: "Somebody else opened your link.",
      }),
      anAttention({ ...over, about: "approval", title: "send_letter: jo", text: "a very long letter" }),
    );

    const [grant, approval] = await thread().getByRole("region", { name: "Decided" }).allTextContents();
    expect(grant).toBe("Stopped: CRMSomebody else opened your link.Stopped");
    expect(approval).toBe("send_letter: joStopped");
  });

  it("counts what waits for a person, and not what only tells of it; the thread says so without a card", async () => {
    await open();
    const told = anAttention({ about: "grant", title: "Waiting for Ana's account", options: [] });
    await hear(told, anAttention({ title: "Which one?" }));

    await page.locator("#people").getByText("1 waiting").waitFor();
    expect(await page.title()).toContain("(1 waiting)");
    await main()
      .getByRole("button", { name: /2 replies.*Waiting for you/ })
      .waitFor();
  });

  it("offers many options as a list", async () => {
    await open();
    await ask("@deputy report with many options");

    await thread().getByLabel("Choose an answer").selectOption("Oceania");
    await thread().getByRole("button", { name: "Answer", exact: true }).click();

    await thread().getByText("Ana chose Oceania").waitFor();
    expect(agent.heard.at(-1)).toMatchObject({ kind: "action", value: "wait_1.4" });
  });

  it("keeps a half-typed answer while other things happen in the thread", async () => {
    await open();
    await ask();
    const field = thread().getByLabel("Something else");
    await field.fill("Half an ans");
    const root = server.room.history("sales")[0]?.id ?? "";

    await server.room.say({ as: bo, channel: "sales", thread: root, text: "I would take Europe" });
    await thread().getByText("I would take Europe").waitFor();

    expect(await field.inputValue()).toBe("Half an ans");
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("shows what one has just said in a thread, however far up one was reading", async () => {
    await open();
    await ask();
    const root = server.room.history("sales")[0]?.id ?? "";
    const text = Array.from({ length: 80 }, (_, n) => `line ${n}`).join("\n");
    await server.room.say({ as: bo, channel: "sales", thread: root, text });
    await thread().getByText("line 79").waitFor();
    const pane = thread().getByRole("region", { name: "Messages of the thread" });
    await pane.evaluate((element) => element.scrollTo(0, 0));

    await thread().getByRole("textbox", { name: "Reply in the thread" }).fill("my word on it");
    await page.keyboard.press("Enter");

    const isInSight = (): Promise<boolean> =>
      page.evaluate(() => {
        const said = [...document.querySelectorAll("#thread .message")].at(-1);
        const { bottom = 0 } = said?.getBoundingClientRect() ?? {};
        return said?.textContent.includes("my word on it") === true && bottom > 0 && bottom < innerHeight;
      });
    await expect.poll(isInSight).toBe(true);
  });

  it("stops after asking, and says so on the card", async () => {
    await open();
    await ask();

    await thread().getByRole("button", { name: "Stop" }).click();
    const dialog = page.getByRole("dialog", { name: "Stop this run?" });
    await dialog.getByText("Files made so far are kept.").waitFor();
    expect((await dialog.textContent())?.match(/Stop this run/g)).toHaveLength(1);
    await dialog.getByRole("button", { name: "Keep going" }).click();
    const kept = agent.heard.filter(({ kind }) => kind === "action").length;
    await thread().getByRole("button", { name: "Stop" }).click();
    await dialog.getByRole("button", { name: "Stop" }).click();
    await thread().getByText("Stopped by Ana.").waitFor();

    expect(kept).toBe(0);
    expect(agent.heard.filter(({ kind }) => kind === "action")).toMatchObject([{ action: "run.stop" }]);
    expect(await thread().getByRole("button", { name: "Stop" }).count()).toBe(0);
  });

  it("shows a whisper to its person only, and whom a run waits for to others", async () => {
    await open();
    await ask();
    await become("Bo");
    await thread().getByText("Waiting for Ana").first().waitFor();

    await thread().getByRole("button", { name: "Stop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
    const whisper = thread().getByText("Only Ana may stop this run.");
    await whisper.waitFor();
    const marked = await thread().getByText("Only you can see this").count();
    await become("Ana");
    await thread().getByText("Waiting for you").first().waitFor();

    expect(marked).toBe(1);
    expect(await whisper.count()).toBe(0);
  });

  it("shows each person their own direct line", async () => {
    await open();
    await page.getByRole("link", { name: "Deputy" }).click();
    await page.getByRole("textbox", { name: "Message Deputy" }).fill("for your eyes only");
    await page.keyboard.press("Enter");
    await main().getByText("for your eyes only").waitFor();

    await become("Bo");
    await page.getByRole("heading", { name: "Your direct line" }).waitFor();

    expect(await page.getByText("for your eyes only").count()).toBe(0);
    expect(agent.heard[0]?.conversation).toMatchObject({ kind: "dm", channel: "dm-ana" });
  });

  it("marks what is new, and who is waited for", async () => {
    await open();
    await ask();
    await become("Bo");
    await thread().getByRole("button", { name: "Close the thread" }).click();
    const root = server.room.history("sales")[0]?.id ?? "";

    await server.room.say({ as: ana, channel: "sales", thread: root, text: "news" });
    await main().getByText("1 new").waitFor();
    const person = page.getByRole("radio", { name: /^Ana/ });
    const label = await person.locator("xpath=..").textContent();
    await main()
      .getByRole("button", { name: /replies/ })
      .click();
    await thread().getByText("news").waitFor();

    expect(label).toContain("1 waiting");
    expect(await main().getByText("1 new").count()).toBe(0);
  });

  it("says that a message was not delivered, and delivers it on demand", async () => {
    await open();
    agent.away = true;
    await main().getByRole("textbox", { name: "Message #sales" }).fill("hello there");
    await page.keyboard.press("Enter");
    await main().getByText("Not delivered.").waitFor();
    agent.away = false;

    await main().getByRole("button", { name: "Retry now" }).click();
    await main().getByText("Not delivered.").waitFor({ state: "detached" });

    expect(agent.heard).toMatchObject([{ kind: "message", text: "hello there" }]);
  });

  it("says that the connection is lost, keeps what was typed, and catches up", async () => {
    await open();
    await page.context().setOffline(true);
    await page.evaluate(() => window.stop()); // offline alone does not end an event stream that is open
    const field = main().getByRole("textbox", { name: "Message #sales" });
    await field.fill("typed while offline");
    await page.keyboard.press("Enter");

    await main().getByText("Deputy cannot be reached.").waitFor();
    const kept = await field.inputValue();
    await page.context().setOffline(false);
    await page.reload();
    await server.room.say({ as: bo, channel: "sales", text: "welcome back" });
    await main().getByText("welcome back").waitFor();

    expect(kept).toBe("typed while offline");
  });

  it("shows a banner when the server goes", async () => {
    await open();
    await server.web.stop();

    const banner = page.getByText("The connection is lost. Trying again…");
    await banner.waitFor();
    expect(await banner.getAttribute("role")).toBe("status");
  });

  it("edits and deletes one's own message, and nobody else's", async () => {
    await open();
    await server.room.say({ as: bo, channel: "sales", text: "from Bo" });
    await server.room.say({ as: ana, channel: "sales", text: "first words" });
    const mine = main().getByRole("article", { name: "Ana" });
    const more = { name: "More about this message" };

    await mine.getByRole("button", more).click();
    await mine.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "Edit the message" }).fill("second words");
    await page.getByRole("button", { name: "Save" }).click();
    await main().getByText("second words").waitFor();
    await mine.getByRole("button", more).click();
    await mine.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await main().getByText("This message was deleted.").waitFor();
    await main().getByRole("article", { name: "Bo" }).getByRole("button", more).click();

    expect(
      await main().getByRole("article", { name: "Bo" }).getByRole("button", { name: "Edit" }).count(),
    ).toBe(0);
  });

  it("lists what waits for whoever one is, and leads to the thread that asks", async () => {
    await open();
    expect(await page.locator("#waiting").textContent()).toContain("Nothing right now");
    await ask();
    await thread().getByRole("button", { name: "Close the thread" }).click();
    await thread().waitFor({ state: "hidden" });
    const item = page.getByRole("link", { name: /^Question Which region should the report cover/ });
    await item.click();
    await thread().getByText("Which region should the report cover?").waitFor();
    expect(await item.getAttribute("aria-current")).toBe("true");
    await become("Bo");
    await item.waitFor({ state: "detached" });
    await become("Ana");
    await item.waitFor();
    await thread().getByRole("button", { name: "Europe" }).click();
    await item.waitFor({ state: "detached" });
  });

  it("shows any message as text", async () => {
    await open();
    await ask();

    const asked = thread().getByRole("article", { name: "Deputy" }).filter({ hasText: "Something else" });
    await asked.getByRole("button", { name: "More about this message" }).click();
    await asked.getByRole("button", { name: "Show as text" }).click();

    const text = page.getByRole("dialog", { name: "As text" }).getByRole("region");
    expect(await text.textContent()).toContain("Question for Ana: Which region should the report cover?\n");
    await page.keyboard.press("Escape");
    await text.waitFor({ state: "detached" });
    expect(await thread().isVisible()).toBe(true);
  });

  it("takes files that are dropped on it", async () => {
    await open();
    const transfer = await page.evaluateHandle(() => {
      const made = new DataTransfer();
      made.items.add(new File(["a,b"], "dropped.csv"));
      return made;
    });

    await page.dispatchEvent("#channel", "dragenter", { dataTransfer: transfer });
    const hinted = await main().evaluate((element) => element.classList.contains("dropping"));
    await page.dispatchEvent("#channel", "drop", { dataTransfer: transfer });
    await main().getByText("dropped.csv").waitFor();
    await main().getByRole("button", { name: "Send" }).click();
    await main().getByRole("link", { name: "Download dropped.csv" }).waitFor();

    expect(hinted).toBe(true);
    expect(server.room.history("sales")[0]?.files).toMatchObject([{ name: "dropped.csv", sizeBytes: 3 }]);
  });

  it("I14: refuses a file that is too large before it is sent", async () => {
    await open();
    await page.evaluate(() => {
      const made = new DataTransfer();
      made.items.add(new File([new Uint8Array(26_000_000)], "huge.bin"));
      document.querySelector("#channel")?.dispatchEvent(new DragEvent("drop", { dataTransfer: made }));
    });

    await main().getByRole("alert").getByText("huge.bin has 26 MB; a file may have 25 MB at most.").waitFor();
    expect(await main().getByRole("list", { name: "Files to send" }).count()).toBe(0);
  });

  it("announces progress politely and what waits for the viewer at once", async () => {
    await open();
    const polite = page.locator('[aria-live="polite"]');
    const assertive = page.locator('[aria-live="assertive"]');
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      for (const region of document.querySelectorAll("[aria-live]")) {
        new MutationObserver(() => {
          if (region.textContent) said.push(`${region.getAttribute("aria-live")}: ${region.textContent}`);
        }).observe(region, { childList: true, characterData: true, subtree: true });
      }
    });

    await ask();
    await assertive.getByText("Waiting for you: Question for Ana").waitFor({ state: "attached" });
    await thread().getByRole("button", { name: "Europe" }).click();
    await polite.getByText("Deputy: Done for Ana: The report on Europe").waitFor({ state: "attached" });

    const said = z.array(z.string()).parse(await page.evaluate("window.said"));
    expect(said.filter((line) => line.startsWith("assertive"))).toHaveLength(1);
  });

  it("can be used with the keyboard alone", async () => {
    await open();
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const active = document.activeElement;
        return active?.getAttribute("aria-label") ?? active?.textContent?.trim() ?? "";
      });
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press("Tab");
        if (name.test(await focused())) return;
      }
      throw new Error(`The keyboard never reached ${String(name)}`);
    };

    await page.keyboard.press("Tab");
    const first = await focused();
    await page.keyboard.press("Enter");
    await page.keyboard.type("@deputy by keyboard");
    await page.keyboard.press("Enter");
    await thread().getByText("Which region").waitFor();
    await tabTo(/^Close the thread$/);
    await tabTo(/^Stop$/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    const inDialog = await focused();
    await page.keyboard.press("Escape");
    await expect.poll(focused).toBe("Stop");
    await tabTo(/^World$/);
    await page.keyboard.press("Space");
    await thread().getByText("Ana chose World").waitFor();
    const kept = await page.evaluate(() => document.activeElement !== document.body);
    await page.keyboard.press("Escape");

    expect(first).toBe("Skip to the message field");
    expect(inDialog).toBe("Keep going");
    expect(kept).toBe(true);
    await thread().waitFor({ state: "hidden" });
    await expect.poll(focused).toContain("replies");
  });

  it("C4: shows an answer in a direct message while it is written, until the message is there", async () => {
    await open();
    const { thread: id } = await server.room.say({ as: ana, channel: "dm-ana", text: "who is the cheapest" });
    const at = toAddress({ channel: "dm-ana", thread: id });
    await page.goto(`${server.url}/chat#/dm-ana/${id}`);
    const shown = { run: asRunId("run_1"), may: () => true };
    const writing = thread().getByRole("region", { name: "Being written" });
    await thread().getByText("who is the cheapest").waitFor();

    await server.platform.setStatus(at, "processing");
    await server.platform.live?.show(at, { ...shown, words: { kind: "status", text: "Working: vendors" } });
    await thread().getByText("Working: vendors").waitFor();
    expect(await writing.isVisible()).toBe(false);
    const words = { kind: "answer", text: "Vendor **B** is\n\n- cheap", follow: [] } as const;
    await server.platform.live?.show(at, { ...shown, words });
    await writing.getByText("cheap").waitFor();
    await page.evaluate(axe.source);
    const found = await page.evaluate(
      "axe.run('.writing').then(({ violations }) => violations.map(({ id }) => id))",
    );
    expect(found).toEqual([]);
    await server.platform.post(at, { key: "k", run: shown.run }, aResult({ text: "Vendor B is cheap." }), []);
    await thread().getByRole("region", { name: "Result: Done" }).waitFor();
    await writing.waitFor({ state: "hidden" });
    await server.platform.setStatus(at, "active");
    await thread().getByText("Deputy is working").waitFor({ state: "hidden" });
    expect(troubles).toEqual([]);

    await server.platform.live?.show(at, { ...shown, words });
    await writing.getByText("cheap").waitFor();
    await server.web.stop(); // what ends it would be missed now
    await writing.waitFor({ state: "hidden" });
  });

  describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
    const violations = async (): Promise<string[]> => {
      await page.evaluate(axe.source);
      const found = await page.evaluate(
        `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
          .then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))].join(" | ")))`,
      );
      return z.array(z.string()).parse(found);
    };
    const tooSmall = (): Promise<string[]> =>
      page.evaluate(() =>
        [
          ...document.querySelectorAll(
            "button, select, input[type=text], textarea, a.place, a.file, .person-choice, summary",
          ),
        ]
          .filter((element) => element.checkVisibility({ visibilityProperty: true }))
          .filter((element) => element.getBoundingClientRect().height < 43.5)
          .map((element) => element.outerHTML.slice(0, 120)),
      );
    const overflows = (): Promise<boolean> =>
      page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

    it.each([
      ["wide", wide],
      ["narrow", narrow],
    ])("is accessible from the first sight to the result, %s", async (_, viewport) => {
      await open({ viewport, colorScheme });
      const found: string[] = await violations();

      await ask();
      found.push(...(await violations()), ...(await tooSmall()));
      await thread().getByRole("button", { name: "Stop" }).click();
      found.push(...(await violations()));
      await page.getByRole("button", { name: "Keep going" }).click();
      await thread().getByRole("button", { name: "Europe" }).click();
      await thread().getByRole("region", { name: "Result: Done" }).waitFor();
      await thread().getByText("Show the 3 steps").click();
      const root = server.room.history("sales")[0];
      if (root)
        await server.room.say({
          as: bo,
          channel: "sales",
          thread: root.id,
          text: "thanks, `a` https://a.example/b",
        });
      await thread().getByText("thanks").waitFor();
      found.push(...(await violations()), ...(await tooSmall()));
      const wideContent = await overflows();

      expect(found).toEqual([]);
      expect(wideContent).toBe(false);
      expect(troubles).toEqual([]);
    });

    it("is accessible where the menu slides in", async () => {
      await open({ viewport: narrow, colorScheme });

      await page.getByRole("button", { name: "Open the menu" }).click();
      await page.getByRole("navigation").getByRole("radio", { name: /^Bo/ }).waitFor();
      await page.waitForFunction(() => document.getAnimations().length === 0);
      const found = [...(await violations()), ...(await tooSmall())];
      await page.keyboard.press("Escape");

      expect(found).toEqual([]);
      expect(await page.getByRole("navigation").isVisible()).toBe(false);
    });
  });
});
