import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asConversationId, asPersonKey, asRunId, type PersonKey } from "../../src/domain/ids.ts";
import type { Lease } from "../../src/domain/run.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import { traceIdOf } from "../../src/domain/trace.ts";
import type { RulesFor } from "../../src/gateway/rules.ts";
import { recognise } from "../../src/grants/sign-in.ts";
import { formProof } from "../../src/web/connect-browser.ts";
import { consolePath } from "../../src/web/console-path.ts";
import type { NewRun } from "../../src/store/contract-runs.ts";
import { type CookieBrowser, createCookieBrowser, type Page } from "../support/cookie-browser.ts";
import { claimAs } from "../workers/rows.ts";
import { consoleOver } from "./console-world.ts";
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
      console: (store) => consoleOver(store, rulesFor, [mia]),
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
  ): Promise<Lease> {
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
    return lease;
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
      "channel C1",
      "1 of 500",
      "0.03",
      "tool send_mail",
      "1970-01-01 00:00:03 UTC",
    ])
      expect(text).toContain(shown);
    expect(text).toContain(traceIdOf(asRunId("run_open")));
    expect(text).not.toContain(secret);
  });

  it("ux c.0 rule 7: shows nothing of a plan as under way once the work has ended", async () => {
    const lease = await addRun("run_over", {});
    const steps = [
      { text: "Read it", state: "doing" },
      { text: "Count it", state: "todo" },
      { text: "Tell it", state: "todo" },
    ] as const;
    await at.world.store.write((tx) =>
      tx.runs.patch(asRunId("run_over"), { plan: { title: "Read", steps: [...steps] } }),
    );
    expect((await openAs(ann, "run_over")).text).toMatch(/Read it <span class="word">\(doing\)/);

    await at.world.store.write((tx) => tx.runs.settle(lease, "done", { code: "done" }, 5_000));
    expect((await openAs(ann, "run_over")).text).toMatch(/Read it <span class="word">\(done\)/);
  });

  it("tells what cost less than a cent as that, and not as nothing", async () => {
    const lease = await addRun("run_cheap", { budget: { steps: 500, usdMicros: 5_000_000 } });
    const spent = { steps: 2, inputTokens: 20, outputTokens: 2, usdMicros: 3_000 };
    await at.world.store.write((tx) => tx.runs.advance(lease, 1, 2, spent));
    expect((await openAs(ann, "run_cheap")).text).toContain("under 0.01 of 5.00 USD");
  });

  it("shows a hostile title as text, under headers that run and keep nothing", async () => {
    const { response, text } = await openAs(ann, "run_open");
    expect(text).not.toContain("<script>");
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

  describe("files of a run", () => {
    const sha256 = "a".repeat(64);
    const path = `/console/runs/run_files/files/${sha256}`;
    beforeAll(async () => {
      await addRun("run_files", {});
      await at.world.store.write(async (tx) => {
        const conversation = asConversationId("cnv_run_files");
        const files = [{ name: "out's.html", title: "Report", sha256, sizeBytes: 15 }];
        const op = { op: "post", message: { kind: "notice", text: "Here", files } } as const;
        await tx.outbox.add({ key: "file", tenant, conversation, run: asRunId("run_files"), op }, 2_000);
        await tx.outbox.claim(2_000, 0, 100);
        await tx.outbox.sent("file", "m1", 2_000);
      });
    });
    const given = async (): Promise<string[]> =>
      (await at.world.store.read((tx) => tx.audit.list(tenant, 0, 1_000)))
        .map(({ line }) => line)
        .filter((line) => line.includes("file.given"));
    const statusFor = async (browser: CookieBrowser, link = path) =>
      (await browser.open(`${at.base}${link}`)).response?.status;

    it("RF1: are had by the person whose run it is and nobody else; managers are told their names", async () => {
      expect((await openAs(ann, "run_files")).text).toContain(`href="${path}"`);
      const { text } = await openAs(mia, "run_files");
      expect(text).toContain("Report");
      expect(text).not.toContain(sha256);
      const before = await given();
      for (const who of [mia, bob]) expect(await statusFor(await browserOf(who))).toBe(404);
      expect(await statusFor(at.browser("ann"))).toBe(404);
      const browser = await browserOf(ann);
      for (const other of ["run_open", "run_none"])
        expect(await statusFor(browser, path.replace("run_files", other))).toBe(404);
      expect(await statusFor(browser, path.replace(/a{64}/, "b".repeat(64)))).toBe(404);
      revoked.add(ann);
      expect(await statusFor(browser)).toBe(404);
      revoked.clear();
      expect(await given()).toEqual(before);
    });

    it("RF2: are given to be kept and not shown, on record", async () => {
      const { response, text } = await (await browserOf(ann)).open(`${at.base}${path}`);
      expect([response?.status, text]).toEqual([200, "content of aaaa"]);
      const { headers } = response ?? new Response();
      expect(headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''out%27s.html");
      expect(headers.get("content-type")).toBe("application/octet-stream");
      expect(headers.get("content-security-policy")).toBe("sandbox");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect((await given()).at(-1)).toContain(`"actor":"${ann}"`);
    });
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
    const [cookie = ""] = browser.cookies(at.base).values();
    const own = formProof(at.consent, cookie, consolePath("//elsewhere.example"));
    const odd = await browser.open(`${at.base}/console/runs/%2f%2felsewhere.example/sign-in/slack`, {
      form: { form: own },
      until: ({ origin }) => origin !== at.base,
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

  describe("the first page", () => {
    const home = (): string => `${at.base}/console`;

    it("CO1: asks who looks, leads back to it, and lists what is theirs with the way to each page", async () => {
      const browser = at.browser("ann");
      const ask = await browser.open(home());
      expect(ask.response?.status).toBe(401);
      expect(ask.text).not.toContain("run_open");
      const page = await browser.open(`${home()}/sign-in/slack`, { form: { form: formOf(ask) } });
      expect(page.url.href).toBe(home());
      expect(page.response?.status).toBe(200);
      for (const id of ["run_open", "run_assist", "run_dm", "run_apart"])
        expect(page.text).toContain(`href="/console/runs/${id}"`);
      expect(page.text).not.toContain("<script>");
      expect(page.text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
      expect(page.response?.headers.get("cache-control")).toBe("no-store");
      const policy = page.response?.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).not.toContain("unsafe");
    });

    it("RS1: shows a manager the agent's work in channels, nobody else's, and a stranger nothing", async () => {
      const { text } = await (await browserOf(mia)).open(`${home()}?whose=all`);
      expect(text).toContain("/console/runs/run_open");
      expect(text).toContain("/console/runs/run_apart");
      expect(text).not.toContain("/console/runs/run_assist");
      expect(text).not.toContain("/console/runs/run_dm");
      expect(text).not.toContain(secret);
      expect((await (await browserOf(bob)).open(`${home()}?whose=all`)).text).not.toContain(
        "/console/runs/run_",
      );
      expect((await (await browserOf(asPersonKey("slack:T0001:eve"))).open(home())).response?.status).toBe(
        404,
      );
    });

    it("keeps its filter in form and links, and takes what can't be read as not asked for", async () => {
      const browser = await browserOf(ann);
      const { text } = await browser.open(`${home()}?state=working&channel=C1`);
      expect(text).toContain('<option value="working" selected>');
      expect(text).toContain('value="C1"');
      expect(
        (await browser.open(`${home()}?state=%22%3E&after=1.x&channel=${"c".repeat(300)}`)).text,
      ).toContain("/console/runs/run_open");
    });

    it("is sent again only when it has changed", async () => {
      const browser = await browserOf(ann);
      const { response } = await browser.open(home());
      const etag = response?.headers.get("etag") ?? "";
      const again = await browser.open(home(), { headers: { "if-none-match": etag } });
      expect(again.response?.status).toBe(304);
      expect(again.text).toBe("");
    });

    it("ends with the session, by a form of ours alone", async () => {
      const browser = await browserOf(ann);
      const form = formOf(await browser.open(home()));
      const crossed = { form: { form }, headers: { origin: "https://elsewhere.example" } };
      expect((await browser.open(`${home()}/sign-out`, crossed)).response?.status).toBe(403);
      expect((await browser.open(home())).response?.status).toBe(200);
      await browser.open(`${home()}/sign-out`, { form: { form } });
      expect((await browser.open(home())).response?.status).toBe(401);
    });

    it("leads to a run's thread for whom the run is to see, and nobody else", async () => {
      const until = ({ host }: URL): boolean => host === "chat.example";
      const link = `${at.base}/console/runs/run_dm/thread`;
      expect((await (await browserOf(ann)).open(link, { until })).url.href).toBe(
        "https://chat.example/run_dm",
      );
      expect((await (await browserOf(mia)).open(link, { until })).response?.status).toBe(404);
      expect((await at.browser("ann").open(link, { until })).response?.status).toBe(401);
      expect((await (await browserOf(ann)).open(`${home()}/waits/wait_x`, { until })).response?.status).toBe(
        404,
      );
    });
  });

  it("says so where the chat gives no link now, and is no other page for whoever may not see it", async () => {
    const own = consoleOver(at.world.store, rulesFor);
    const silent: typeof own = {
      ...own,
      threadOf: async (_reader, id) => (id === "run_dm" ? {} : undefined),
    };
    const server = await startChatServer({ deps: { console: silent } });
    const there = await server.send("GET", "/chat/console/runs/run_dm/thread?as=ana");
    expect([there.status, await there.text()]).toEqual([502, expect.stringContaining("gives no link")]);
    expect((await server.send("GET", "/chat/console/runs/run_open/thread?as=ana")).status).toBe(404);
    await server.close();
  });

  describe("stopping", () => {
    const stateOf = async (id: string) =>
      (await at.world.store.read((tx) => tx.runs.find(asRunId(id))))?.stopRequestedBy;
    const formIn = (page: Page, id: string): string =>
      new RegExp(
        `action="/console/runs/${id}/stop">\\s*<input type="hidden" name="form" value="([^"]+)"`,
      ).exec(page.text)?.[1] ?? "";

    it("CO4: a stop counts from the form of that run's page alone, made for whoever sends it", async () => {
      await addRun("run_stop", {});
      const link = `${at.base}/console/runs/run_stop`;
      const browser = await browserOf(ann);
      const form = formIn(await browser.open(link), "run_stop");
      const others = formIn(await browser.open(`${at.base}/console/runs/run_open`), "run_open");
      const theirs = formIn(await (await browserOf(mia)).open(link), "run_stop");
      const tried = async (fields: Record<string, string>, headers: Record<string, string> = {}) =>
        (await browser.open(`${link}/stop`, { form: fields, headers })).response?.status;
      expect(await tried({})).toBe(403);
      expect(await tried({ form: others })).toBe(403);
      expect(await tried({ form: theirs })).toBe(403);
      expect(await tried({ form }, { origin: "https://elsewhere.example" })).toBe(403);
      expect(await stateOf("run_stop")).toBeUndefined();
      const page = await browser.open(`${link}/stop`, { form: { form } });
      expect(page.url.href).toBe(link);
      expect(page.text).toContain("stopping");
      expect(await stateOf("run_stop")).toBe(ann);
    });

    it("a manager may, who sees it; one who does not see it may not, whatever they send", async () => {
      await addRun("run_led", {});
      const link = `${at.base}/console/runs/run_led`;
      const bobs = await browserOf(bob);
      const held = [...bobs.cookies(at.base).values()][0] ?? "";
      const form = formProof(at.consent, held, "/console/runs/run_led/stop");
      expect((await bobs.open(`${link}/stop`, { form: { form } })).response?.status).toBe(404);
      expect(await stateOf("run_led")).toBeUndefined();
      const mias = await browserOf(mia);
      await mias.open(`${link}/stop`, { form: { form: formIn(await mias.open(link), "run_led") } });
      expect(await stateOf("run_led")).toBe(mia);
    });
  });

  it("CO3: there is no such address where nobody can sign in", async () => {
    const closed = await openConnectWorld({ closed: true, console: (store) => consoleOver(store, rulesFor) });
    const response = await fetch(`${closed.base}/console/runs/run_open`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("There is nothing at this address.");
    await closed.close();
  });

  it("AC1: the session of the chat page shows its people their own, and without one there is nothing", async () => {
    const asked: [string, string][] = [];
    const own = consoleOver(at.world.store, rulesFor);
    const server = await startChatServer({
      deps: {
        console: {
          ...own,
          async run(reader, id) {
            asked.push([reader, id]);
            return reader === "local:local:ana" ? own.run(ann, id) : undefined;
          },
        },
      },
    });
    const path = "/chat/console/runs/run_assist";
    expect((await fetch(`${server.url}${path}?as=ana`)).status).toBe(401);
    expect(asked).toEqual([]);
    const page = await server.send("GET", `${path}?as=ana`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(await page.text()).toContain("Count the rows");
    expect((await server.send("GET", `${path}?as=bo`)).status).toBe(404);
    expect((await server.send("GET", `${path}?as=nobody`)).status).toBe(404);
    expect(asked.map(([reader]) => reader)).toEqual(["local:local:ana", "local:local:bo"]);
    const list = "/chat/console/waiting";
    expect((await fetch(`${server.url}${list}?as=ana`)).status).toBe(401);
    expect((await server.send("GET", `${list}?as=nobody`)).status).toBe(404);
    const waiting = await server.send("GET", `${list}?as=ana`);
    expect([waiting.status, await waiting.json()]).toEqual([200, []]);
    const stop = (origin: string) =>
      server.login().then((cookie) =>
        fetch(`${server.url}/chat/console/runs/run_assist/stop?as=ana`, {
          method: "POST",
          headers: { cookie, origin },
          redirect: "manual",
        }),
      );
    expect((await stop("https://elsewhere.example")).status, "AC3").toBe(403);
    expect((await stop("null")).status, "AC3").toBe(403);
    expect((await stop(server.url)).status, "allowed to ask, and it is not Ana's").toBe(404);
    await server.close();
  });
});
