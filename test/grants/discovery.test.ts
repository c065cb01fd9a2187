// Connections whose service an MCP server names: a strict authorization server (oidc-provider) and a server that takes tokens for
// itself alone, both on loopback.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GrantDeps } from "../../src/grants/deps.ts";
import { settleAuthority } from "../../src/grants/discovery/known-authority.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { type McpResourceServer, startMcpResourceServer } from "../fakes/mcp-resource-server.ts";
import {
  ann,
  bob,
  type GrantsWorld,
  openGrantsWorld,
  tenant,
  ticking,
  type WorldSpec,
} from "./grants-world.ts";

const crmCallback = "http://127.0.0.1:9/oauth/callback/crm";

const failureOf = async (act: () => Promise<unknown>): Promise<string> => {
  try {
    await act();
    return "none";
  } catch (error) {
    return error instanceof Error && "code" in error
      ? `${String(error.code)}: ${error.message}`
      : String(error);
  }
};

const resolved = ({ specs, resolver }: GrantDeps, name = "crm") => {
  const spec = specs.get(name);
  if (!spec) throw new Error("No such connection");
  return resolver.resolve(spec, tenant);
};

describe("grants/discovery", () => {
  let crm: McpResourceServer;
  let server: AuthorizationServer;
  let other: AuthorizationServer;
  let world: GrantsWorld;
  let clock: ManualClock;
  const started = new Set<GrantsWorld>();
  const open = async (
    more: Partial<WorldSpec> & { readonly allowed?: readonly string[]; readonly crm?: object } = {},
  ): Promise<GrantsWorld> => {
    const { allowed = [server.issuer], crm: connection = {}, ...rest } = more;
    const made = await openGrantsWorld({
      server,
      clock,
      more: { crm: { grant: "standing", scopes: { write: ["crm.write"] }, ...connection } },
      mcp: { crm: { url: crm.url, connection: "crm", registration_allow: allowed } },
      allow: [crm.port, other.port],
      ...rest,
    });
    started.add(made);
    return made;
  };
  beforeAll(async () => {
    crm = await startMcpResourceServer();
    const resources = { [crm.url]: "crm.read crm.write" };
    server = await startAuthorizationServer({
      redirectUris: [crmCallback],
      resources,
      registers: true,
      clientDocuments: true,
    });
    other = await startAuthorizationServer({ redirectUris: [crmCallback], resources, registers: true });
  });
  afterAll(async () => {
    await Promise.all([server.close(), other.close(), crm.close()]);
  });
  beforeEach(async () => {
    Object.assign(crm, { issuers: [server.issuer], description: {}, challenge: {}, describedAt: "path" });
    crm.tokenOf = (token) => server.tokenOf(token);
    crm.tokens.clear();
    for (const one of [server, other]) {
      one.rewrite = undefined;
      one.registered.length = 0;
      one.requests.length = 0;
      one.withheld = [];
    }
    clock = createManualClock(Date.now());
    world = await open();
  });
  afterEach(async () => {
    for (const one of started) await one.close();
    started.clear();
  });

  const connectCrm = (scopes: string[] = ["crm.read"], in_ = world) =>
    in_.connect(ann, "ann", { name: "crm", scopes });
  const find = (capability?: string) =>
    world.store.read((tx) =>
      world.grants.find(tx, world.need({ connection: "crm", ...(capability ? { capability } : {}) })),
    );
  const tokenOf = async (in_ = world) => {
    const { secret } = await in_.grants.token(await in_.ready({ connection: "crm" }));
    return server.tokenOf(secret.reveal());
  };

  it("MCP-2, MCP-3: finds the authorization server, registers once where it may, and names the resource each time", async () => {
    await connectCrm();
    expect(await tokenOf()).toEqual({ account: "ann", audience: crm.url, scopes: ["crm.read"] });
    const row = (await world.store.read((tx) => tx.connections.list({ tenant, limit: 5 })))[0];
    expect(row).toMatchObject({ issuer: server.issuer, resource: crm.url });
    // Long over: refreshed with the resource again.
    await clock.advance(3_590_000);
    expect((await tokenOf())?.audience).toBe(crm.url);
    expect(server.requests.map(({ path, params }) => [path, params["resource"]])).toEqual([
      ["/auth", crm.url],
      ["/token", crm.url],
      ["/token", crm.url],
    ]);
    expect(server.requests[0]?.params["code_challenge_method"]).toBe("S256");
    expect(server.registered).toHaveLength(1);
    expect(server.registered[0]).toMatchObject({ redirect_uris: [crmCallback], application_type: "native" });
    expect(server.registered[0]).not.toHaveProperty("scope");

    // Another process of the same installation finds what was registered, and its secret is nowhere in the clear.
    const again = await open({ store: world.store, folder: `${world.folder}-second` });
    await resolved(again.deps);
    expect(server.registered).toHaveLength(1);
    const stored = await world.store.read((tx) => tx.oauthClients.find(tenant, server.issuer));
    expect(stored?.clientId).toBe(server.registered[0]?.["client_id"]);
    expect(stored?.secret).toMatch(/^v1\./);
    expect(JSON.stringify(stored)).not.toContain(String(server.registered[0]?.["client_secret"]));
    started.delete(again);
  });

  it("MCP-3: of several that want to register at once, one does", async () => {
    const neighbours = await Promise.all(
      [1, 2, 3].map((n) => open({ store: world.store, folder: `${world.folder}-${n}` })),
    );
    for (const one of neighbours) started.delete(one);
    const asked = Promise.all([world, ...neighbours].map(({ deps }) => resolved(deps)));
    const ids = new Set((await ticking(clock, asked)).map(({ clientId }) => clientId));
    expect(ids.size).toBe(1);
    expect(server.registered).toHaveLength(1);
  });

  it("MCP-3, A20: registers with no issuer that is not listed, and prefers a client that is configured, or that we describe", async () => {
    const closed = await open({ allowed: ["https://as.example"] });
    expect(await failureOf(() => resolved(closed.deps))).toMatch(/misconfigured: .*registration_allow/);
    const configured = await open({
      allowed: [],
      crm: { client_id: server.clientId, client_secret: server.clientSecret },
    });
    expect((await resolved(configured.deps)).clientId).toBe(server.clientId);
    await connectCrm(["crm.read"], configured);
    const document = "https://deputy.example/oauth/client/crm";
    const described = await open({ clientDocument: document });
    expect(await resolved(described.deps)).toMatchObject({ clientId: document });
    expect((await resolved(described.deps)).clientSecret).toBeUndefined();
    expect(server.registered).toEqual([]);
    // A server that does not say that it takes such ids gets none.
    server.rewrite = ({ client_id_metadata_document_supported: _left, ...rest }) => rest;
    const plain = await open({ clientDocument: document });
    expect((await resolved(plain.deps)).clientId).not.toBe(document);
  });

  it.each([
    ["names another issuer", { issuer: "https://as.example" }, /another name/],
    ["is silent of PKCE", { code_challenge_methods_supported: undefined }, /PKCE/],
    ["takes plain PKCE alone", { code_challenge_methods_supported: ["plain"] }, /PKCE/],
    [
      "has a token endpoint without TLS",
      { token_endpoint: "http://as.example/token" },
      /token_endpoint that is not https/,
    ],
    [
      "has a script to authorize",
      { authorization_endpoint: "javascript:x" },
      /authorization_endpoint that is not https/,
    ],
    [
      "would have us register in the clear",
      { registration_endpoint: "http://as.example/reg" },
      /registration_endpoint/,
    ],
  ])("MCP-1, MCP-2, A2: an authorization server that %s is refused", async (_what, change, why) => {
    server.rewrite = (metadata) => ({ ...metadata, ...change });
    expect(await failureOf(() => resolved(world.deps))).toMatch(why);
    expect(server.registered).toEqual([]);
    expect(await world.store.read((tx) => tx.authorities.find(tenant, "crm"))).toBeUndefined();
  });

  it.each([
    ["its description", { metadata: "https://169.254.169.254/latest" }, {}],
    ["its description on another port", { metadata: "http://127.0.0.1:1/x" }, {}],
    ["its authorization server", {}, { authorization_servers: ["https://10.0.0.5:8443"] }],
    ["its authorization server by another spelling", {}, { authorization_servers: ["https://2130706433/"] }],
  ])(
    "A19: a server that sends us into the network for %s is refused, and nothing is sent",
    async (_what, challenge, description) => {
      Object.assign(crm, { challenge, description });
      expect(await failureOf(() => resolved(world.deps))).toMatch(/grant\.(unavailable|misconfigured)/);
      expect(await world.store.read((tx) => tx.oauthClients.list())).toEqual([]);
    },
  );

  it("MCP-2: an answer without end is cut off", async () => {
    crm.description = { padding: "x".repeat(300_000) };
    expect(await failureOf(() => resolved(world.deps))).toMatch(/grant\.unavailable/);
  });

  it.each([
    ["of another host", "https://crm.example/mcp"],
    ["of another path", "/mcp/other"],
  ])("A20: a description of a resource %s is refused", async (_what, resource) => {
    crm.description = { resource: new URL(resource, crm.url).href };
    expect(await failureOf(() => resolved(world.deps))).toMatch(/another resource/);
  });

  it("MCP-2: finds the description at the root, or without a word in the challenge; scopes come from the challenge first", async () => {
    crm.describedAt = "root";
    crm.challenge = undefined;
    crm.description = { scopes_supported: ["crm.read", "crm.write"] };
    expect((await resolved(world.deps)).offered).toEqual(["crm.read", "crm.write"]);
    crm.describedAt = "path";
    crm.challenge = { scope: "crm.read" };
    const again = await open();
    expect((await resolved(again.deps)).offered).toEqual(["crm.read"]);
    await connectCrm([], again);
    expect(server.requests.find(({ path }) => path === "/auth")?.params["scope"]).toContain("crm.read");
  });

  it("MCP-4, KA1: a server that names another authorization server is stopped with all its accounts, and nothing goes to that one", async () => {
    const row = await connectCrm();
    const grant = await world.ready({ connection: "crm" });
    crm.issuers = [other.issuer];
    let wasAsked = false;
    other.rewrite = (metadata) => {
      wasAsked = true;
      return metadata;
    };
    await world.grants.rejected(grant, 99);
    await clock.advance(3_590_000);
    expect(await failureOf(() => world.grants.token(grant))).toMatch(
      /grant\.quarantined: .*deputy mcp review/,
    );
    expect(await failureOf(() => world.grants.token(grant))).toMatch(/grant\.quarantined/);
    expect(await find()).toMatchObject({ kind: "refused" });
    expect(await failureOf(() => resolved(world.deps))).toMatch(/grant\.quarantined/);
    expect([other.registered, other.requests, wasAsked]).toEqual([[], [], false]);
    const state = async () => (await world.store.read((tx) => tx.connections.find(row.id)))?.state;
    expect(await state()).toBe("quarantined");
    const events = (await world.events()).join("\n");
    expect(events.match(/"mcp\.quarantined"/g)).toHaveLength(1);
    expect(events).toContain(other.issuer);
    // It was a mistake, and is put right: what was granted is used again.
    crm.issuers = [server.issuer];
    const by = { by: "cli:ops", now: clock.now() };
    expect(await failureOf(() => resolved(world.deps))).toMatch(/grant\.quarantined/);
    expect(await world.store.write((tx) => settleAuthority(tx, "crm", "keep", by))).toBe(1);
    expect(await state()).toBe("active");
    expect(await tokenOf()).toMatchObject({ account: "ann" });
  });

  it("MCP-4, KA2: an operator takes the change; the accounts of the former one are over, and it gets none of their tokens", async () => {
    const row = await connectCrm();
    crm.issuers = [other.issuer];
    const moved = await open({ store: world.store, folder: `${world.folder}-b`, allowed: [other.issuer] });
    started.delete(moved);
    expect(await failureOf(() => resolved(moved.deps))).toMatch(/grant\.quarantined/);
    await world.store.write((tx) => settleAuthority(tx, "crm", "take", { by: "cli:ops", now: clock.now() }));
    expect(await find()).toMatchObject({ kind: "missing", why: "not_connected" });
    expect((await resolved(moved.deps)).provider.server).toMatchObject({
      metadata: { issuer: other.issuer },
    });
    await moved.revocations.sweep();
    expect(other.revoked).toEqual([]);
    expect(await world.store.read((tx) => tx.connections.find(row.id))).toMatchObject({ state: "revoked" });
    expect((await world.events()).join("\n")).toContain("mcp.approved");
  });

  it("VLT-7: what was granted for one server's address is not for another one", async () => {
    await connectCrm();
    const grant = await world.ready({ connection: "crm" });
    const second = await startMcpResourceServer();
    const moved = await open({
      store: world.store,
      folder: `${world.folder}-c`,
      mcp: { crm: { url: second.url, connection: "crm", registration_allow: [server.issuer] } },
    });
    started.delete(moved);
    expect(await failureOf(() => moved.grants.token(grant))).toMatch(/grant\.gone/);
    const answer = await world.store.read((tx) => moved.grants.find(tx, moved.need({ connection: "crm" })));
    expect(answer).toMatchObject({ kind: "missing", why: "not_connected" });
    await second.close();
  });

  it("MCP-1, OA3: a refresh token goes to no other issuer than its own, although the configuration names another one by now", async () => {
    await connectCrm();
    const grant = await world.ready({ connection: "crm" });
    other.requests.length = 0;
    const moved = await open({
      store: world.store,
      folder: `${world.folder}-d`,
      crm: { issuer: other.issuer, client_id: other.clientId, client_secret: other.clientSecret },
    });
    started.delete(moved);
    await clock.advance(3_590_000);
    expect(await failureOf(() => moved.grants.token(grant))).toMatch(/grant\.needs_reauth/);
    expect(other.requests).toEqual([]);
  });

  it("VLT-9, SU1, SU2: scopes that the server wants later are asked for with the others, once a day", async () => {
    const row = await connectCrm();
    const grant = await world.ready({ connection: "crm" });
    const wanted = { capability: "notes", scopes: ["crm.write"] };
    expect(await world.grants.wants(grant, { capability: "notes", scopes: ["crm.read"] })).toBe("given_up");
    expect(await world.grants.wants(grant, { capability: "notes", scopes: [] })).toBe("given_up");
    expect(await world.grants.wants({ ...grant, owner: bob }, wanted)).toBe("given_up");
    expect(await world.grants.wants(grant, wanted)).toBe("will_be_asked");
    expect(await find("notes")).toEqual({
      kind: "missing",
      why: "too_few_scopes",
      title: "crm",
      scopes: ["crm.read", "crm.write"],
      id: row.id,
    });
    expect((await find()).kind).toBe("ready");
    await world.store.write((tx) => tx.scopeWants.asked(row.id, clock.now()));
    expect((await find("notes")).kind).toBe("ready");
    expect(await world.grants.wants(grant, wanted)).toBe("given_up");
    await clock.advance(24 * 3_600_000 + 1);
    expect(await world.grants.wants(grant, wanted)).toBe("will_be_asked");
  });

  it("OA1: the authorization server refuses a request without the resource, so none is made", async () => {
    const spec = await resolved(world.deps);
    const { resource: _left, ...without } = spec;
    const url = await world.deps.oauth.authorizationUrl(without, {
      scopes: ["crm.read"],
      redirectUri: crmCallback,
      state: "s",
      verifier: "v".repeat(43),
      nonce: "n",
    });
    const answer = await fetch(url, { redirect: "manual" });
    expect(answer.headers.get("location")).toContain("invalid_target");
  });

  it("MCP-2: one connection for two servers can't be discovered, and says so", async () => {
    const both = await open({
      mcp: {
        crm: { url: crm.url, connection: "crm" },
        erp: { url: "https://erp.example/mcp", connection: "crm" },
      },
    });
    const answer = await both.store.read((tx) => both.grants.find(tx, both.need({ connection: "crm" })));
    expect(answer).toMatchObject({ kind: "refused", why: expect.stringContaining("neither provider") });
  });
});
