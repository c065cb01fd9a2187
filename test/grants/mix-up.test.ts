// Two connections whose services were discovered, one of them at a hostile authorization server: a code of the honest one never goes
// there, whatever comes back at which of our doors (A2, CON-8).

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asConversationId } from "../../src/domain/ids.ts";
import { askConsent } from "../../src/grants/ask-consent.ts";
import type { ConsentDeps } from "../../src/grants/consent-deps.ts";
import { giveConsent, takeCallback } from "../../src/grants/give-consent.ts";
import { sealOf } from "../../src/vault/master-keys.ts";
import { deriveKey } from "../../src/vault/seal.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { type McpResourceServer, startMcpResourceServer } from "../fakes/mcp-resource-server.ts";
import { createCookieBrowser } from "../support/cookie-browser.ts";
import { ann, type GrantsWorld, masterKey, openGrantsWorld, tenant } from "./grants-world.ts";

const base = "http://127.0.0.1:9";
const browser = { cookie: "the-cookie", person: ann };

describe("grants: mix-up of two discovered connections", () => {
  let crm: McpResourceServer;
  let erp: McpResourceServer;
  let honest: AuthorizationServer;
  let hostile: AuthorizationServer;
  let world: GrantsWorld;
  let consent: ConsentDeps;
  beforeAll(async () => {
    [crm, erp] = await Promise.all([startMcpResourceServer(), startMcpResourceServer()]);
    const serverFor = (url: string): Promise<AuthorizationServer> =>
      startAuthorizationServer({ redirectUris: [], resources: { [url]: "read" }, registers: true });
    [honest, hostile] = await Promise.all([serverFor(crm.url), serverFor(erp.url)]);
    crm.issuers = [honest.issuer];
    erp.issuers = [hostile.issuer];
  });
  afterAll(() => Promise.all([crm.close(), erp.close(), honest.close(), hostile.close()]));
  beforeEach(async () => {
    for (const one of [honest, hostile]) one.asked.clear();
    world = await openGrantsWorld({
      server: honest,
      more: { crm: { grant: "standing" }, erp: { grant: "standing" } },
      mcp: {
        crm: { url: crm.url, connection: "crm", registration_allow: [honest.issuer] },
        erp: { url: erp.url, connection: "erp", registration_allow: [hostile.issuer] },
      },
      allow: [crm.port, erp.port, hostile.port],
    });
    consent = {
      ...world.deps,
      revocations: world.revocations,
      decide: (fn) => world.store.write((tx) => fn(tx, () => Promise.resolve())),
      seal: sealOf({ current: masterKey }, "consents"),
      linkKey: deriveKey(masterKey, "links"),
      base: () => base,
      ttlMs: 600_000,
      contextOf: ({ connection }) => connection,
    };
  });
  afterEach(() => world.close());

  /** Asked, agreed to on our page: where the person is sent. */
  async function sentTo(connection: "crm" | "erp"): Promise<URL> {
    const spec = world.deps.specs.get(connection);
    if (!spec) throw new Error("No connection");
    await world.store.write((tx) =>
      askConsent(tx, consent, spec, {
        tenant,
        initiator: ann,
        initiatorName: "Ann",
        agent: "deputy",
        connection,
        scopes: ["read"],
        conversation: asConversationId("con_1"),
        isPrivate: false,
      }),
    );
    const session = await world.store.read((tx) => tx.consents.underWay(ann, connection));
    const at = session && (await giveConsent(consent, session, browser));
    if (!at) throw new Error("The consent is over");
    return at;
  }

  /** As the authorization server sends the browser back. */
  async function cameBack(at: URL): Promise<URL> {
    const visitor = createCookieBrowser();
    visitor.setCookie(at.origin, "account", "ann");
    const { url } = await visitor.open(at.href, { until: ({ href }) => href.startsWith(base) });
    return url;
  }

  const stateOf = (at: URL): string => at.searchParams.get("state") ?? "";
  const tokensAsked = (): number[] =>
    [honest, hostile].map(({ asked }) => asked.get("authorization_code") ?? 0);
  const states = async (): Promise<string[]> => {
    const rows = await Promise.all(
      ["crm", "erp"].map((connection) => world.store.read((tx) => tx.consents.underWay(ann, connection))),
    );
    return rows.map((row) => row?.state ?? "ended");
  };

  it("A2: an answer for one connection at the door of the other ends that session, and no code goes anywhere", async () => {
    const crmAnswer = await cameBack(await sentTo("crm"));
    await sentTo("erp");
    const outcome = await takeCallback(consent, { context: "erp", query: crmAnswer.searchParams, browser });
    expect(outcome).toEqual({ kind: "refused" });
    expect(tokensAsked()).toEqual([0, 0]);
    expect(await states()).toEqual(["ended", "consented"]);
    // It is over at its own door as well.
    expect(await takeCallback(consent, { context: "crm", query: crmAnswer.searchParams, browser })).toEqual({
      kind: "refused",
    });
  });

  it.each([
    ["says that it is the honest one's", (query: URLSearchParams) => query],
    ["does not say whose it is", (query: URLSearchParams) => (query.delete("iss"), query)],
    ["says both", (query: URLSearchParams) => (query.append("iss", hostile.issuer), query)],
  ])(
    "A2, RFC 9207: a code of the honest server under the state of the other, which %s, is sent to nobody",
    async (_, change) => {
      const crmAnswer = await cameBack(await sentTo("crm"));
      const erpState = stateOf(await sentTo("erp"));
      const query = change(new URLSearchParams(crmAnswer.searchParams));
      query.set("state", erpState);
      expect(await takeCallback(consent, { context: "erp", query, browser })).toEqual({ kind: "refused" });
      expect(tokensAsked()).toEqual([0, 0]);
      // What was not tampered with goes on.
      expect(
        await takeCallback(consent, { context: "crm", query: crmAnswer.searchParams, browser }),
      ).toMatchObject({
        kind: "connected",
      });
      expect(tokensAsked()).toEqual([1, 0]);
    },
  );
});
