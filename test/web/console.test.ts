import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asConversationId, asPersonKey, asRunId, type PersonKey } from "../../src/domain/ids.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import { traceIdOf } from "../../src/domain/trace.ts";
import { runDetails } from "../../src/gateway/run-details.ts";
import type { RulesFor } from "../../src/gateway/rules.ts";
import { recognise } from "../../src/grants/sign-in.ts";
import type { NewRun } from "../../src/store/contract-runs.ts";
import { type CookieBrowser, createCookieBrowser, type Page } from "../support/cookie-browser.ts";
import { claimAs } from "../workers/rows.ts";
import { ann, type ConnectWorld, formOf, openConnectWorld, tenant } from "./connect-world.ts";
import { startChatServer } from "./chat-server.ts";

const bob = asPersonKey("slack:T0001:bob");
const mia = asPersonKey("slack:T0001:mia");
const hostile = `<script>alert(1)</script>"'&`;
const secret = "4,711 a month";

describe("web/console", () => {
  const revoked = new Set<PersonKey>();
  const rulesFor: RulesFor = () => ({
    enabled: true,
    reply: "followers",
    guests: false,
    bots: [],
    agent: "deputy",
    budget: { steps: 500 },
    managers: [mia],
    approvers: [bob],
    revoked,
  });
  let at: ConnectWorld;
  beforeAll(async () => {
    at = await openConnectWorld({
      details: (store) => (reader, id) => store.read((tx) => runDetails(tx, rulesFor, reader, id)),
    });
    await at.world.store.write(async (tx) => {
      await tx.people.see({ key: bob, name: "Bob", kind: "member" }, tenant, 0);
      await tx.people.see({ key: mia, name: "Mia", kind: "member" }, tenant, 0);
    });
    await addRun("run_open", { title: hostile });
    await addRun("run_assist", { mode: "assistant" });
    await addRun("run_dm", {}, "dm");
    await addRun("run_apart", { title: `pays ${secret}`, taint: privateMarks(ann) });
  });
  afterAll(() => at.close());

  /** Ann's, at its first step. */
  async function addRun(
    id: string,
    more: Partial<NewRun>,
    kind: "channel" | "dm" = "channel",
  ): Promise<void> {
    const { store } = at.world;
    await store.write(async (tx) => {
      const place = { platform: "slack", tenant, kind, channel: "C1", thread: id } as const;
      const fresh = { id: asConversationId(`cnv_${id}`), workspace: `ws_${id}`, now: 0 };
      const conversation = await tx.conversations.ensure(place, fresh);
      await tx.runs.create({
        id: asRunId(id),
        tenant,
        conversation: conversation.id,
        agent: "deputy",
        subject: ann,
        subjectName: "Ann",
        mode: "employee",
        goal: `about ${secret}`,
        title: "Count the rows",
        budget: { steps: 500 },
        now: 1_000,
        ...more,
      });
    });
    const lease = await claimAs(store, "w", id, { now: 2_000, ms: 60_000 });
    await store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 1, { steps: 1, inputTokens: 20, outputTokens: 2, usdMicros: 30_000 });
      const args = JSON.stringify({ to: secret });
      await tx.steps.start(
        lease,
        { n: 0, kind: "tool", tool: "send_mail", callId: "c", arguments: args, identity: "agent" },
        3_000,
      );
    });
  }

  const browserOf = async (person: PersonKey): Promise<CookieBrowser> => {
    const browser = createCookieBrowser();
    const { cookie } = await recognise(at.consent, person);
    browser.setCookie(at.base, `deputy_connect_${new URL(at.base).port}`, cookie);
    return browser;
  };
  const openAs = async (person: PersonKey, run: string): Promise<Page> =>
    (await browserOf(person)).open(`${at.base}/console/runs/${run}`);

  it("RD2: shows its person where it stands and what it did, and nothing that was said or handed over", async () => {
    const { response, text } = await openAs(ann, "run_open");
    expect(response?.status).toBe(200);
    for (const shown of [
      "working",
      "Ann",
      "employee",
      "1 of 500",
      "0.03",
      "tool send_mail",
      "1970-01-01 00:00:03 UTC",
    ])
      expect(text).toContain(shown);
    expect(text).toContain(traceIdOf(asRunId("run_open")));
    expect(text).not.toContain(secret);
  });

  it("shows a hostile title as text, under headers that run and keep nothing", async () => {
    const { response, text } = await openAs(ann, "run_open");
    expect(text).not.toContain("<script");
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    const { headers } = response ?? new Response();
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("RD1, CO2: somebody else's is as one that is not there, an approver's and a withdrawn person's too", async () => {
    const unknown = await openAs(ann, "run_none");
    expect(unknown.response?.status).toBe(404);
    const same = { status: 404, text: unknown.text };
    const told = async (page: Promise<Page>) => ({
      status: (await page).response?.status,
      text: (await page).text,
    });
    expect(await told(openAs(bob, "run_open"))).toEqual(same);
    expect(await told(openAs(mia, "run_assist"))).toEqual(same);
    expect(await told(openAs(asPersonKey("slack:T0001:eve"), "run_open"))).toEqual(same);
    expect(await told(openAs(asPersonKey("slack:T0666:ann"), "run_open"))).toEqual(same);
    expect((await openAs(ann, "run_dm")).response?.status).toBe(200);
    expect(await told(openAs(mia, "run_dm"))).toEqual(same);
    revoked.add(ann);
    expect(await told(openAs(ann, "run_open"))).toEqual(same);
    revoked.clear();
  });

  it("OUT-4 TO1: a manager sees the run without words that hold its person's private matters", async () => {
    expect((await openAs(ann, "run_apart")).text).toContain(secret);
    const { response, text } = await openAs(mia, "run_apart");
    expect(response?.status).toBe(200);
    expect(text).toContain("send_mail");
    expect(text).not.toContain(secret);
  });

  it("CO1: asks who looks before anything else, alike for every run, and leads back to the page", async () => {
    const link = `${at.base}/console/runs/run_open`;
    const ask = await at.browser("ann").open(link);
    expect(ask.response?.status).toBe(401);
    expect(ask.text).not.toContain("Ann");
    const other = await at.browser("ann").open(`${at.base}/console/runs/run_none`);
    const plain = (page: Page) => page.text.replaceAll(formOf(page), "").replaceAll("run_none", "run_open");
    expect(plain(other)).toBe(plain(ask));

    const browser = at.browser("ann");
    const form = formOf(await browser.open(link));
    const page = await browser.open(`${link}/sign-in/slack`, { form: { form } });
    expect(page.url.href).toBe(link);
    expect(page.response?.status).toBe(200);
    expect(page.text).toContain("send_mail");
    const bobs = at.browser("bob");
    const bobForm = formOf(await bobs.open(link));
    expect((await bobs.open(`${link}/sign-in/slack`, { form: { form: bobForm } })).response?.status).toBe(
      404,
    );
  });

  it("CB2: a sign-in that another page began is refused, and nowhere but to a run's page does one lead", async () => {
    const link = `${at.base}/console/runs/run_open`;
    const browser = at.browser("ann");
    const form = formOf(await browser.open(link));
    const crossed = { form: { form }, headers: { origin: "https://elsewhere.example" } };
    expect((await browser.open(`${link}/sign-in/slack`, crossed)).response?.status).toBe(403);
    const odd = await browser.open(`${at.base}/console/runs/%2f%2felsewhere.example/sign-in/slack`, {
      form: { form },
    });
    expect(odd.response?.status).toBe(403);
  });

  it("looking changes nothing: the rows are as they were", async () => {
    const rows = () =>
      at.world.store.read(async (tx) => [
        await tx.runs.list({ limit: 10 }),
        await tx.audit.list(tenant, 0, 1_000),
      ]);
    const browser = await browserOf(ann);
    const before = await rows();
    await browser.open(`${at.base}/console/runs/run_open`);
    expect(await rows()).toEqual(before);
  });

  it("CO3: there is no such address where nobody can sign in", async () => {
    const closed = await openConnectWorld({ closed: true, details: () => async () => undefined });
    const response = await fetch(`${closed.base}/console/runs/run_open`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("There is nothing at this address.");
    await closed.close();
  });

  it("AC1: the session of the chat page shows its people their own, and without one there is nothing", async () => {
    const asked: [string, string][] = [];
    const server = await startChatServer({
      deps: {
        details: async (reader, id) => {
          asked.push([reader, id]);
          return reader === "local:local:ana"
            ? at.world.store.read((tx) => runDetails(tx, rulesFor, ann, id))
            : undefined;
        },
      },
    });
    const path = "/chat/console/runs/run_assist";
    expect((await fetch(`${server.url}${path}?as=ana`)).status).toBe(401);
    expect(asked).toEqual([]);
    const own = await server.send("GET", `${path}?as=ana`);
    expect(own.status).toBe(200);
    expect(own.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(own.headers.get("cache-control")).toBe("no-store");
    expect(await own.text()).toContain("Count the rows");
    expect((await server.send("GET", `${path}?as=bo`)).status).toBe(404);
    expect((await server.send("GET", `${path}?as=nobody`)).status).toBe(404);
    expect(asked.map(([reader]) => reader)).toEqual(["local:local:ana", "local:local:bo"]);
    await server.close();
  });
});
