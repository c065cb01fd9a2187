import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { revokeFromCli } from "../../src/cli/connection-desk.ts";
import { asPersonKey } from "../../src/domain/ids.ts";
import type { Outgoing } from "../../src/domain/outbox.ts";
import { declineConsent, expireConsents, linkToken } from "../../src/grants/ask-consent.ts";
import { forgetBrowser, recognise } from "../../src/grants/sign-in.ts";
import type { Tx } from "../../src/store/contract.ts";
import type { ConsentRow } from "../../src/store/contract-grants.ts";
import { aConnection } from "../contracts/store-grants.ts";
import { createCookieBrowser } from "../support/cookie-browser.ts";
import { ann, type ConnectWorld, formOf, openConnectWorld, tenant } from "./connect-world.ts";

const bobKey = asPersonKey("slack:T0001:bob");

describe("web/connect", () => {
  let at: ConnectWorld;
  beforeAll(async () => {
    at = await openConnectWorld();
  });
  afterAll(() => at.close());
  beforeEach(() => {
    at.service.asked.clear();
    at.service.refuse = false;
    at.ended.length = 0;
    at.alarms.length = 0;
  });
  afterEach(async () => {
    const under = await at.world.store.read((tx) => tx.consents.underWay(ann, "mail"));
    if (under) await declineConsent(at.consent, under.id, ann);
    const rows = await at.world.store.read((tx) => tx.connections.list({ limit: 100 }));
    await at.world.store.write(async (tx) => {
      for (const row of rows) await at.world.revocations.revoke(tx, row, { why: "test", by: "system" });
    });
    at.service.revoked.length = 0;
  });

  const codes = () => at.service.asked.get("authorization_code") ?? 0;
  const events = async (type: string) =>
    (await at.world.store.read((tx) => tx.audit.list(tenant, 0, 10_000)))
      .map((row) => JSON.stringify(row))
      .filter((row) => row.includes(type));
  const said = async () => {
    const { line } = await at.session();
    return JSON.stringify(await at.world.store.read((tx) => tx.outbox.list(line, 100)));
  };

  it("CON-1 to CON-12: connects the account of whom the link is for, and says so", async () => {
    const link = await at.ask();
    const browser = at.browser("ann", "ann");
    const page = await at.enter(browser, link);
    expect(page.response?.status).toBe(200);
    expect(page.text).toContain("mail.read");
    expect(page.text).toContain("slack:T0001:ann");
    const callback = await at.consentOn(browser, page);
    expect(callback.searchParams.get("state")?.length).toBeGreaterThanOrEqual(43);
    expect(callback.searchParams.get("iss")).toBe(at.service.issuer);
    const done = await browser.open(callback.href);

    expect(done.text).toContain("ann@corp.example");
    const session = await at.session();
    expect(session).toMatchObject({ state: "connected" });
    expect(session).not.toHaveProperty("proof");
    const row = await at.world.store.read((tx) => tx.connections.find(session.made ?? ""));
    expect(row).toMatchObject({ owner: ann, subject: "ann", state: "active", isDefault: true });
    expect(row?.scopes).toContain("mail.read");
    const grant = await at.world.ready({ tenant, owner: ann });
    const { secret } = await at.world.grants.token(grant);
    expect(await at.service.accountOf(secret.reveal())).toBe("ann");
    expect(at.ended).toEqual([[session.id, "connected"]]);
    expect(await said()).toContain("Connected as ann@corp.example");
    expect(await said()).toContain("connect.disconnect");
    for (const type of ["consent.opened", "consent.connected"])
      expect(await events(type)).not.toHaveLength(0);
    expect((await events("consent")).join()).not.toContain(secret.reveal());
  });

  it.each([
    ["asked", "Disconnected"],
    ["run_over", "The work is over"],
  ])("a card whose account is over (%s) says so and offers nothing any more", async (why, words) => {
    const browser = at.browser("ann", "ann");
    await browser.open((await at.consentOn(browser, await at.enter(browser, await at.ask()))).href);
    const session = await at.session();
    const { store, revocations } = at.world;
    await store.write(async (tx) => {
      const row = await tx.connections.find(session.made ?? "");
      if (row) await revocations.revoke(tx, row, { why, by: ann });
    });
    expect(await lastOf(session)).toMatchObject({ options: [], decided: expect.stringContaining(words) });
  });

  it("so does the card of one that an operator ended", async () => {
    const browser = at.browser("ann", "ann");
    await browser.open((await at.consentOn(browser, await at.enter(browser, await at.ask()))).href);
    const session = await at.session();
    await revokeFromCli(at.world.store, session.made ?? "", { env: { USER: "op" } });
    expect(await lastOf(session)).toMatchObject({ options: [], decided: "Ended by an operator" });
  });

  /** As its card is now. */
  async function lastOf({ line, card }: ConsentRow): Promise<Outgoing | undefined> {
    const edits = await at.world.store.read((tx) => tx.outbox.list(line, 100));
    return edits.flatMap(({ op }) => (op.op === "edit" && op.target === card ? [op.message] : [])).at(-1);
  }

  it("CON-3, I9: no row and no card holds the link, and its page has no secrets of others and no outside parts", async () => {
    const link = await at.ask();
    const token = linkToken(at.consent, (await at.session()).id);
    expect(link.endsWith(token)).toBe(true);
    expect(await said()).not.toContain(token);
    expect(JSON.stringify(await at.session())).not.toContain(token);
    const { response } = await createCookieBrowser().open(link);
    expect(response?.headers.get("cache-control")).toBe("no-store");
    expect(response?.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response?.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });

  it("CON-3, A3: a hundred looks by scanners change nothing, and set no one's session", async () => {
    const link = await at.ask();
    const before = await at.session();
    await Promise.all(Array.from({ length: 100 }, () => fetch(link, { method: "GET" })));
    await Promise.all(
      Array.from({ length: 10 }, () => fetch(`${at.base}/oauth/callback/mail?code=x&state=y`)),
    );
    await fetch(link, { method: "HEAD" });
    expect(await at.session()).toEqual(before);
    const browser = at.browser("ann");
    expect(
      (await browser.open((await at.consentOn(browser, await at.enter(browser, link))).href)).text,
    ).toContain("connected");
  });

  it("CON-4, A1: Bob who was sent Ann's link is refused before the service hears of him; the link is dead, Ann and security are told", async () => {
    const link = await at.ask();
    const bob = at.browser("bob");
    const page = await at.enter(bob, link);
    expect(page.response?.status).toBe(403);
    expect(page.text).not.toContain("ann");
    expect(at.service.asked.size).toBe(0);
    expect(await at.session()).toMatchObject({ state: "blocked", why: "other_person" });
    expect(await events("consent.mismatch")).toHaveLength(1);
    expect((await events("consent.mismatch"))[0]).toContain("slack:T0001:bob");
    expect(await said()).toContain("Somebody else opened your link");
    expect(at.alarms).toHaveLength(1);
    // No second try, not even by Ann.
    expect((await at.enter(at.browser("ann"), link)).response?.status).toBe(404);
    expect(at.ended.map(([, how]) => how)).toEqual(["blocked"]);
  });

  it("CON-5, A1: Bob, whose browser is known from before, ends the link by opening it", async () => {
    const link = await at.ask();
    const bob = createCookieBrowser();
    const { cookie } = await recognise(at.consent, bobKey);
    bob.setCookie(at.base, `deputy_connect_${new URL(at.base).port}`, cookie);
    const page = await bob.open(link);
    expect(page.response?.status).toBe(403);
    expect(page.text).not.toContain("form");
    expect(at.service.asked.size).toBe(0);
    expect(await at.session()).toMatchObject({ state: "blocked", why: "other_person" });
  });

  it("CON-5: the same user id of another workspace is another person", async () => {
    const link = await at.ask();
    expect((await at.enter(at.browser("ann@T0666"), link)).response?.status).toBe(403);
    expect((await at.session()).state).toBe("blocked");
  });

  it("CON-8, A1: Ann's address with the code, opened in Bob's browser, is refused and not redeemed", async () => {
    const link = await at.ask();
    const anns = at.browser("ann", "ann");
    const callback = await at.consentOn(anns, await at.enter(anns, link));
    // Without any cookie it may be a scanner, and Ann can still go on; another person's browser ends it.
    expect((await createCookieBrowser().open(callback.href)).response?.status).toBe(403);
    expect((await at.session()).state).toBe("consented");
    const bob = createCookieBrowser();
    const { cookie } = await recognise(at.consent, bobKey);
    bob.setCookie(at.base, `deputy_connect_${new URL(at.base).port}`, cookie);
    expect((await bob.open(callback.href)).response?.status).toBe(403);
    expect(codes()).toBe(0);
    expect(await at.session()).toMatchObject({ state: "blocked", why: "browser" });
    expect((await anns.open(callback.href)).response?.status).toBe(403);
    expect(codes()).toBe(0);
  });

  it.each([
    [
      "A2: at another connection's path",
      (url: URL): void => void (url.pathname = "/oauth/callback/other"),
      "blocked",
    ],
    [
      "A2, RFC 9207: from another issuer",
      (url: URL): void => url.searchParams.set("iss", "https://evil.example"),
      "blocked",
    ],
    ["A2, RFC 9207: without its issuer", (url: URL): void => url.searchParams.delete("iss"), "blocked"],
    [
      "A2: with two issuers",
      (url: URL): void => url.searchParams.append("iss", "https://evil.example"),
      "blocked",
    ],
    ["with an unknown state", (url: URL): void => url.searchParams.set("state", "unknown"), "consented"],
    ["with two states", (url: URL): void => url.searchParams.append("state", "another"), "consented"],
    ["without a state", (url: URL): void => url.searchParams.delete("state"), "consented"],
  ] as const)("CON-8: refuses a callback %s, without asking the service", async (_what, change, state) => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const callback = await at.consentOn(browser, await at.enter(browser, link));
    change(callback);
    const page = await browser.open(callback.href);
    expect(page.response?.status).toBe(403);
    expect(page.text).toContain("It was used already");
    expect(page.text).not.toContain("evil");
    expect(codes()).toBe(0);
    expect((await at.session()).state).toBe(state);
  });

  it("CON-8: a browser that nobody is signed in to any more connects nothing", async () => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const callback = await at.consentOn(browser, await at.enter(browser, link));
    for (const [name, cookie] of browser.cookies(at.base))
      if (name.includes("deputy")) await forgetBrowser(at.consent, cookie);

    expect((await browser.open(callback.href)).response?.status).toBe(403);
    expect(codes()).toBe(0);
    expect(await at.session()).toMatchObject({ state: "blocked", why: "person" });
  });

  it("CON-8, A3: twenty at once with the same code make one exchange and one connection", async () => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const callback = await at.consentOn(browser, await at.enter(browser, link));
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.open(callback.href)));
    expect(pages.filter(({ response }) => response?.status === 200)).toHaveLength(1);
    expect(codes()).toBe(1);
    const rows = await at.world.store.read((tx) => tx.connections.list({ owner: ann, limit: 100 }));
    expect(rows.filter(({ state }) => state === "active")).toHaveLength(1);
    expect(at.ended).toHaveLength(1);
  });

  it("CON-6: of two tabs the last one that was begun counts, and the account is connected once", async () => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const page = await at.enter(browser, link);
    const first = await at.consentOn(browser, page);
    const second = await at.consentOn(browser, page);
    expect((await browser.open(first.href)).response?.status).toBe(403);
    expect((await browser.open(second.href)).response?.status).toBe(200);
    expect(codes()).toBe(1);
  });

  it("CON-6: a yes without our form, from another origin, or for another browser counts for nothing", async () => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const page = await at.enter(browser, link);
    const form = { form: formOf(page), answer: "yes" };
    expect((await browser.open(link, { form: { answer: "yes" } })).response?.status).toBe(403);
    expect(
      (await browser.open(link, { form, headers: { origin: "https://evil.example" } })).response?.status,
    ).toBe(403);
    expect((await at.browser("ann").open(link, { form })).response?.status).toBe(403);
    for (const site of ["cross-site", "same-site", "none", ""]) {
      const headers = { origin: "null", "sec-fetch-site": site };
      expect((await browser.open(link, { form, headers })).response?.status).toBe(403);
    }
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
      const cookie = [...browser.cookies(at.base)].map((pair) => pair.join("=")).join("; ");
      const headers = { origin: at.base, cookie, "content-type": type };
      expect((await fetch(link, { method: "POST", headers, body: "--x\r\nbroken" })).status).toBe(403);
    }
    expect((await at.session()).state).toBe("open");
    // As browsers send a form of a page that sends no referrer.
    const headers = { origin: "null", "sec-fetch-site": "same-origin" };
    await browser.open(link, { form, headers, until: ({ origin }) => origin === at.service.issuer });
    expect((await at.session()).state).toBe("consented");
  });

  it("CON-6: a yes that comes in pieces counts, and what is too large for a form is refused", async () => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const page = await at.enter(browser, link);
    const cookie = [...browser.cookies(new URL(link).origin)].map((pair) => pair.join("=")).join("; ");
    const send = (fields: Readonly<Record<string, string>>) =>
      fetch(link, {
        method: "POST",
        headers: { origin: at.base, cookie, "content-type": "application/x-www-form-urlencoded" },
        body: new Blob([new URLSearchParams(fields).toString()]).stream(),
        duplex: "half",
        redirect: "manual",
      } as RequestInit);
    const form = formOf(page);

    expect((await send({ form, answer: "yes", more: "x".repeat(10_000) })).status).toBe(413);
    expect((await at.session()).state).toBe("open");
    expect((await send({ form, answer: "yes" })).status).toBe(303);
    expect((await at.session()).state).toBe("consented");
    expect((await fetch(link, { method: "POST", body: "x".repeat(10_001) })).status).toBe(413);
  });

  it("CON-6: says that a service can't be reached, and leaves the link as it is", async () => {
    const away = await openConnectWorld({ connection: { issuer: "http://127.0.0.1:9" } });
    try {
      const link = await away.ask();
      const browser = away.browser("ann");
      const page = await away.enter(browser, link);
      const next = await browser.open(link, { form: { form: formOf(page), answer: "yes" } });
      expect(next.response?.status).toBe(502);
      expect(next.text).toContain("Nothing was connected");
      expect((await away.session()).state).toBe("open");
    } finally {
      await away.close();
    }
  });

  it("CON-4: a sign-in that another browser began is nobody's", async () => {
    const link = await at.ask();
    const mallory = at.browser("ann");
    const page = await mallory.open(link);
    const { url } = await mallory.open(`${link}/sign-in`, {
      form: { form: formOf(page) },
      until: ({ pathname }) => pathname.startsWith("/connect/signed-in/"),
    });
    expect((await at.browser("bob").open(url.href)).response?.status).toBe(403);
    expect((await at.session()).state).toBe("open");
  });

  it("CON-13: a no on our page, in the chat or at the service ends it, is told, and connects nothing", async () => {
    const onPage = await at.ask();
    const browser = at.browser("ann");
    const page = await at.enter(browser, onPage);
    await browser.open(onPage, { form: { form: formOf(page), answer: "no" } });
    expect(await at.session()).toMatchObject({ state: "declined" });

    await at.ask();
    expect(await declineConsent(at.consent, (await at.session()).id, bobKey)).toBe(false);
    expect(await declineConsent(at.consent, (await at.session()).id, ann)).toBe(true);
    expect(await said()).toContain("Nothing was connected");

    at.service.refuse = true;
    const third = await at.ask();
    const again = at.browser("ann");
    await again.open((await at.consentOn(again, await at.enter(again, third))).href);
    expect(await at.session()).toMatchObject({ state: "declined" });
    expect(at.ended.map(([, how]) => how)).toEqual(["declined", "declined", "declined"]);
    expect(codes()).toBe(0);
  });

  it("CON-13: a link that nobody used in time is over, also for a callback that comes late", async () => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const callback = await at.consentOn(browser, await at.enter(browser, link));
    at.clock.jump(600_000);
    expect((await browser.open(callback.href)).response?.status).toBe(403);
    expect((await at.enter(at.browser("ann"), link)).response?.status).toBe(404);
    expect(await expireConsents(at.consent)).toBe(1);
    expect(await at.session()).toMatchObject({ state: "expired" });
    expect(await said()).toContain("not used in time");
    expect(codes()).toBe(0);
    expect(at.ended.map(([, how]) => how)).toEqual(["expired"]);
  });

  it("CON-9: a code that the service does not take connects nothing and is told", async () => {
    const link = await at.ask();
    const browser = at.browser("ann");
    const callback = await at.consentOn(browser, await at.enter(browser, link));
    callback.searchParams.set("code", "forged");
    expect((await browser.open(callback.href)).response?.status).toBe(502);
    expect(await at.session()).toMatchObject({ state: "expired", why: "exchange_failed" });
    expect(
      (await at.world.store.read((tx) => tx.connections.list({ owner: ann, limit: 9 }))).filter(
        ({ state }) => state === "active",
      ),
    ).toEqual([]);
  });

  it.each([
    ["issuer", { issuer: "https://former.example" }],
    ["resource", { resource: "https://former.example/mcp" }],
  ])(
    "OA3, VLT-7: an account of a service with another %s, that the connection had before, is not taken for the one that is connected now",
    async (what, before) => {
      const { store } = at.world;
      const id = `con_${what}`;
      const former = aConnection(id, { tenant, owner: ann, subject: "ann", ...before });
      await store.write((tx) => tx.connections.add(former));
      const browser = at.browser("ann", "ann");
      await browser.open((await at.consentOn(browser, await at.enter(browser, await at.ask()))).href);

      const { made = "" } = await at.session();
      expect(made).not.toBe(id);
      expect(await store.read((tx) => tx.connections.find(made))).toMatchObject({
        state: "active",
        issuer: at.service.issuer,
      });
      expect((await store.read((tx) => tx.connections.find(id)))?.state).toBe("revoked");
      const { secret } = await at.world.grants.token(await at.world.ready({ tenant, owner: ann }));
      expect(await at.service.accountOf(secret.reveal())).toBe("ann");
      await store.write((tx) => tx.connections.destroy(id));
    },
  );

  it("VLT-5: an account that is connected again while its pair is renewed keeps what came now", async () => {
    const { store, grants } = at.world;
    const browser = at.browser("ann", "ann");
    const connect = async () =>
      browser.open((await at.consentOn(browser, await at.enter(browser, await at.ask()))).href);
    await connect();
    const { made = "" } = await at.session();
    // Somebody else's refresh gets in between the look at the row and its change.
    let renewed = false;
    const racing = (tx: Tx): Tx["connections"] => ({
      ...tx.connections,
      async save(id, seen, tokens) {
        if (!renewed) await tx.connections.save(id, seen, { ...tokens, access: "of the refresh" });
        renewed = true;
        return tx.connections.save(id, seen, tokens);
      },
    });
    const { decide } = at.consent;
    const between: typeof decide = (fn) =>
      decide((tx, ended) =>
        fn(
          new Proxy(tx, {
            get: (of, name) => (name === "connections" ? racing(of) : Reflect.get(of, name, of)),
          }),
          ended,
        ),
      );
    Object.assign(at.consent, { decide: between });
    await connect().finally(() => Object.assign(at.consent, { decide }));

    expect(renewed).toBe(true);
    expect(await store.read((tx) => tx.connections.find(made))).toMatchObject({
      version: 3,
      state: "active",
    });
    const { secret } = await grants.token(await at.world.ready({ tenant, owner: ann }));
    expect(await at.service.accountOf(secret.reveal())).toBe("ann");
  });

  it("VLT-12: says when somebody else has connected the same account", async () => {
    for (const user of ["ann", "cleo"]) {
      const link = await at.ask({ initiator: asPersonKey(`slack:T0001:${user}`) });
      const browser = at.browser(user, "shared");
      await browser.open((await at.consentOn(browser, await at.enter(browser, link))).href);
    }
    expect(await said()).toContain("Somebody else here");
  });

  it("VLT-9: what was not granted is not stored as granted", async () => {
    at.service.withheld = ["mail.read"];
    const link = await at.ask();
    const browser = at.browser("ann", "withholding");
    await browser.open((await at.consentOn(browser, await at.enter(browser, link))).href).finally(() => {
      at.service.withheld = [];
    });
    const answer = await at.world.store.read((tx) =>
      at.world.grants.find(tx, at.world.need({ tenant, owner: ann, capability: "read" })),
    );
    expect(answer.kind).not.toBe("ready");
  });
});

describe("web/connect with allowed domains", () => {
  it("CON-10: an account of elsewhere is given back to the service, and nothing is kept", async () => {
    const at = await openConnectWorld({ connection: { allowed_domains: ["other.example"] } });
    const link = await at.ask();
    const browser = at.browser("ann");
    const page = await browser.open((await at.consentOn(browser, await at.enter(browser, link))).href);
    expect(page.text).toContain("not one that may be connected here");
    expect(await at.session()).toMatchObject({ state: "blocked", why: "account_domain" });
    expect(await at.world.store.read((tx) => tx.connections.list({ limit: 9 }))).toEqual([]);
    expect(at.service.revoked.length).toBeGreaterThan(0);
    await at.close();
  });
});
