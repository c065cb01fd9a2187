// Our doors for connections whose service an MCP server names.

import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { type McpResourceServer, startMcpResourceServer } from "../fakes/mcp-resource-server.ts";
import { ann, type ConnectWorld, openConnectWorld, tenant } from "./connect-world.ts";

const clientKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

describe("web/connect: services that MCP servers name", () => {
  let at: ConnectWorld;
  beforeAll(async () => {
    at = await openConnectWorld({
      more: { crm: {}, erp: {}, keyed: { client_key: { key: clientKey, id: "k1" } } },
      mcp: {
        keyed: { url: "https://keyed.example/mcp", connection: "keyed" },
        crm: { url: "https://crm.example/mcp", connection: "crm" },
        erp: { url: "http://127.0.0.1:9/mcp", connection: "erp" },
      },
    });
  });
  afterAll(() => at.close());

  it("MCP-3, A2: describes itself for each such connection, with its redirect address alone, and for no other", async () => {
    const answer = await fetch(`${at.base}/oauth/client/crm`);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(await answer.json()).toEqual({
      client_id: `${at.base}/oauth/client/crm`,
      client_name: "Deputy",
      client_uri: at.base,
      redirect_uris: [`${at.base}/oauth/callback/crm`],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    });
    const prefixed = await fetch(`${at.base}/oauth/client/slack-T0001.erp`);
    expect(await prefixed.json()).toMatchObject({
      redirect_uris: [`${at.base}/oauth/callback/slack-T0001.erp`],
    });
    for (const other of ["mail", "none", "x%2F..%2Fcrm"])
      expect((await fetch(`${at.base}/oauth/client/${other}`)).status).toBe(404);
  });

  it("CK1: publishes the public half of a connection's key, names it in its document, and has no other", async () => {
    const at1 = `${at.base}/oauth/keys/keyed`;
    const { keys } = z.object({ keys: z.array(z.looseObject({})) }).parse(await (await fetch(at1)).json());
    expect(keys).toEqual([
      {
        kty: "EC",
        crv: "P-256",
        x: expect.any(String),
        y: expect.any(String),
        kid: "k1",
        alg: "ES256",
        use: "sig",
      },
    ]);
    expect(await (await fetch(`${at.base}/oauth/client/local.keyed`)).json()).toMatchObject({
      token_endpoint_auth_method: "private_key_jwt",
      jwks_uri: at1,
    });
    for (const other of ["crm", "mail", "none"])
      expect((await fetch(`${at.base}/oauth/keys/${other}`)).status).toBe(404);
  });

  it("CON-6: says in a sentence that a server can't be asked, and leaves the link as it is", async () => {
    const browser = at.browser("ann");
    const page = await at.enter(browser, await at.ask({ initiator: ann, connection: "erp" }));
    expect(page.response?.status).toBe(200);
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const next = await browser.open(page.url.href, { form: { form, answer: "yes" } });
    expect(next.response?.status).toBe(502);
    expect(next.text).toContain("Nothing was connected");
    expect((await at.session()).state).toBe("open");
  });
});

// The attacker's server and its authorization server are in the configuration like any other. The latter says that people are to be sent
// to the honest one's page, and takes codes at an address of its own.
describe("web/connect: mix-up of two services that MCP servers name (A2, RFC 9207)", () => {
  let at: ConnectWorld;
  let crm: McpResourceServer;
  let evil: McpResourceServer;
  let thief: AuthorizationServer;
  beforeAll(async () => {
    [crm, evil] = await Promise.all([startMcpResourceServer(), startMcpResourceServer()]);
    thief = await startAuthorizationServer({ redirectUris: [] });
    // The worst case: the honest one lets anybody be sent to the attacker's callback as well.
    const client = { client_id: thief.clientId, client_secret: thief.clientSecret };
    at = await openConnectWorld({
      more: { crm: client, evil: client },
      mcp: { crm: { url: crm.url, connection: "crm" }, evil: { url: evil.url, connection: "evil" } },
      allow: [crm.port, evil.port, thief.port],
      known: ["crm", "evil"],
      resources: { [crm.url]: "mail.read", [evil.url]: "mail.read" },
    });
    crm.issuers = [at.service.issuer];
    evil.issuers = [thief.issuer];
    thief.rewrite = (metadata) => ({
      ...metadata,
      authorization_endpoint: `${at.service.issuer}/auth`,
      authorization_response_iss_parameter_supported: false,
    });
  });
  afterAll(async () => {
    await at.close();
    await Promise.all([thief.close(), crm.close(), evil.close()]);
  });
  beforeEach(() => {
    for (const one of [at.service, thief]) one.asked.clear();
    at.service.requests.length = 0;
  });
  const codes = () => [at.service, thief].map(({ asked }) => asked.get("authorization_code") ?? 0);
  const begun = async (connection: string) => {
    const browser = at.browser("ann");
    const callback = await at.consentOn(browser, await at.enter(browser, await at.ask({ connection })));
    return { browser, callback };
  };

  it("A2: a code of the honest service, that the attacker's connection was to bring, goes to nobody", async () => {
    const { browser, callback } = await begun("evil");
    expect(callback.searchParams.get("iss")).toBe(at.service.issuer);
    expect((await browser.open(callback.href)).response?.status).toBe(403);
    expect(codes()).toEqual([0, 0]);
    expect(await at.session()).toMatchObject({ state: "blocked", why: "issuer" });
    expect(at.alarms.at(-1)).toContain("(issuer)");
  });

  it("A2: a callback of one at the path of the other goes to nobody, and ends the one that it names", async () => {
    const { browser, callback } = await begun("crm");
    callback.pathname = "/oauth/callback/evil";
    expect((await browser.open(callback.href)).response?.status).toBe(403);
    expect(codes()).toEqual([0, 0]);
    expect(await at.session()).toMatchObject({ connection: "crm", state: "blocked", why: "context" });
  });

  it("A2: a code of one with the `state` of the other goes to nobody", async () => {
    const honest = await begun("crm");
    const asked = await at.session();
    const { browser, callback } = await begun("evil");
    callback.searchParams.set("code", honest.callback.searchParams.get("code") ?? "");
    expect((await browser.open(callback.href)).response?.status).toBe(403);
    expect(codes()).toEqual([0, 0]);
    expect((await at.world.store.read((tx) => tx.consents.find(asked.id)))?.state).toBe("consented");
    expect((await honest.browser.open(honest.callback.href)).text).toContain("is connected as");
    expect(codes()).toEqual([1, 0]);
  });

  it("A2: each is asked with a callback, a state and a proof of its own, and a change of the issuer meanwhile ends it", async () => {
    await begun("evil");
    const { browser, callback } = await begun("crm");
    const [first, second] = at.service.requests
      .filter(({ path }) => path === "/auth")
      .map(({ params }) => params);
    expect([first, second].map((params) => params?.["redirect_uri"])).toEqual([
      `${at.base}/oauth/callback/evil`,
      `${at.base}/oauth/callback/crm`,
    ]);
    for (const own of ["state", "code_challenge"]) expect(first?.[own]).not.toBe(second?.[own]);

    crm.issuers = [thief.issuer];
    at.consent.resolver.forget({ tenant, connection: "crm" });
    await browser.open(callback.href);
    expect(codes()).toEqual([0, 0]);
    expect(await at.session()).toMatchObject({ state: "blocked", why: "other_authorization_server" });
  });
});
