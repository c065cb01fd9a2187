// Calls with accounts that are real: a strict authorization server, tokens for one server alone, and the product's grants.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/base/logger.ts";
import type { Run } from "../../../src/domain/run.ts";
import { createGuardedRequest } from "../../../src/net/guarded-request.ts";
import type { ToolOutcome } from "../../../src/tools/contract.ts";
import { createMcpTools, type McpTools } from "../../../src/tools/mcp/mcp-tools.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../../fakes/authorization-server.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";
import { type McpResourceServer, startMcpResourceServer } from "../../fakes/mcp-resource-server.ts";
import { ann, bob, type GrantsWorld, openGrantsWorld, run, tenant } from "../../grants/grants-world.ts";
import { temporaryWorkspaces } from "../../workspace/temporary-workspaces.ts";
import { reading } from "./mcp-world.ts";

describe("mcp: accounts", () => {
  let crm: McpResourceServer;
  let erp: McpResourceServer;
  let server: AuthorizationServer;
  let world: GrantsWorld;
  let mcp: McpTools;
  let clock: ManualClock;
  let workspaces: Awaited<ReturnType<typeof temporaryWorkspaces>>;
  beforeAll(async () => {
    [crm, erp] = await Promise.all([startMcpResourceServer(), startMcpResourceServer()]);
    server = await startAuthorizationServer({
      redirectUris: [],
      resources: { [crm.url]: "crm.read crm.write", [erp.url]: "erp.read" },
      registers: true,
    });
    workspaces = await temporaryWorkspaces();
  });
  afterAll(async () => {
    await Promise.all([server.close(), crm.close(), erp.close()]);
    await workspaces.remove();
  });
  beforeEach(async () => {
    for (const one of [crm, erp]) {
      one.issuers = [server.issuer];
      one.needs = {};
      one.tokenOf = (token) => server.tokenOf(token);
      one.tokens.clear();
    }
    clock = createManualClock(Date.now());
    server.asked.clear();
    const allowed = { registration_allow: [server.issuer] };
    world = await openGrantsWorld({
      server,
      clock,
      more: { crm: { grant: "standing" }, erp: { grant: "standing" } },
      mcp: {
        crm: { url: crm.url, connection: "crm", ...allowed },
        erp: { url: erp.url, connection: "erp", ...allowed },
      },
      allow: [crm.port, erp.port],
    });
    mcp = createMcpTools({
      servers: [crm, erp].map(({ url }, n) => {
        const name = n === 0 ? "crm" : "erp";
        const tools = { get_account: reading };
        return { name, at: { kind: "http", url }, connection: name, tools };
      }),
      store: world.store,
      clock,
      log: silentLogger,
      request: createGuardedRequest({ allow: [crm, erp].map(({ port }) => `127.0.0.1:${port}`), clock }),
      grants: () => world.grants,
    });
  });
  afterEach(async () => {
    await mcp.close();
    await world.close();
  });

  const call = async (name: string): Promise<ToolOutcome> => {
    const grant = await world.ready({ connection: name, capability: "" });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is looked at of a run
    const working = { id: run, tenant, agent: "deputy", subject: ann, mode: "assistant" } as Run;
    const { tools } = await mcp.forRun(working);
    const input = tools.find((tool) => tool.name === `${name}__get_account`)?.parse({ name: "Acme" });
    if (input?.kind !== "valid") throw new Error("Not offered");
    return input.call.run({
      key: `${run}:1`,
      run: { id: run, tenant },
      grant,
      workspace: await workspaces.open(),
      signal: new AbortController().signal,
      now: () => clock.now(),
      fetch: () => Promise.reject(new Error("no fetch in this test")),
      recall: () => Promise.resolve([]),
      attach: () => Promise.reject(new Error("nothing is attached in this test")),
    });
  };
  const textOf = async (name: string): Promise<string> => {
    const outcome = await call(name);
    return outcome.kind === "result" ? outcome.content : outcome.kind;
  };

  it("VLT-6: a token that was revoked elsewhere is renewed, and the call made", async () => {
    await world.connect(ann, "ann", { name: "crm", scopes: ["crm.read"] });
    expect(await textOf("crm")).toContain("Acme as ann");
    const dead = new Set(crm.tokens);
    crm.tokenOf = async (token) => (dead.has(token) ? undefined : server.tokenOf(token));
    await clock.advance(11_000);
    expect(await textOf("crm")).toContain("Acme as ann");
    expect(server.asked.get("refresh_token")).toBe(1);
    expect(crm.tokens.size).toBe(2);
  });

  it("CL5, VLT-5, VLT-6: an account that was revoked at the service has to be connected again, and the call waits for it", async () => {
    const { id } = await world.connect(ann, "ann", { name: "crm", scopes: ["crm.read"] });
    expect(await textOf("crm")).toContain("Acme as ann");
    const before = crm.calls.length;
    crm.tokenOf = () => Promise.resolve(undefined);
    await clock.advance(11_000);
    await textOf("crm");
    await clock.advance(11_000);
    const spec = world.deps.specs.get("crm");
    if (!spec) throw new Error("No connection");
    server.beforeToken = async (response) => {
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}');
      return "broken";
    };
    const outcome = await call("crm");
    server.beforeToken = undefined;
    expect(outcome).toEqual({ kind: "lacks_rights" });
    expect(crm.calls).toHaveLength(before);
    expect((await world.store.read((tx) => tx.connections.find(id)))?.state).toBe("needs_reauth");
    const need = world.need({ connection: "crm", capability: "" });
    expect(await world.store.read((tx) => world.grants.find(tx, need))).toMatchObject({
      why: "needs_reauth",
    });
  });

  it("A20, VLT-7: each of two servers of one authorization server gets its own tokens, and never the other's", async () => {
    await world.connect(ann, "ann", { name: "crm", scopes: ["crm.read"] });
    await world.connect(ann, "ann", { name: "erp", scopes: ["erp.read"] });
    expect(await textOf("crm")).toContain("Acme as ann");
    expect(await textOf("erp")).toContain("Acme as ann");
    for (const token of crm.tokens) expect((await server.tokenOf(token))?.audience).toBe(crm.url);
    for (const token of erp.tokens) expect((await server.tokenOf(token))?.audience).toBe(erp.url);
    expect([...crm.tokens].filter((token) => erp.tokens.has(token))).toEqual([]);
    expect(server.registered.at(-1)?.["redirect_uris"]).toHaveLength(2);
    // The token of one is nothing to the other.
    const [token = ""] = crm.tokens;
    const answer = await fetch(erp.url, { method: "POST", headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
  });

  it("CL4, SU1, MCP-2: more scopes come by a new authorization of all of them; the refresh token is left alone", async () => {
    await world.connect(ann, "ann", { name: "crm", scopes: ["crm.read"] });
    crm.needs = { get_account: ["crm.read", "crm.write"] };
    expect(await call("crm")).toEqual({ kind: "lacks_rights" });
    const need = world.need({ connection: "crm", capability: "" });
    const answer = await world.store.read((tx) => world.grants.find(tx, need));
    expect(answer).toMatchObject({ kind: "missing", why: "too_few_scopes" });
    expect(answer.kind === "missing" && [...answer.scopes].toSorted()).toEqual(["crm.read", "crm.write"]);
    expect(server.asked.get("refresh_token")).toBeUndefined();
  });

  it("CL4: what a server wanted for a tool is asked for at once of whoever connects it later, and is not insisted on", async () => {
    await world.connect(ann, "ann", { name: "crm", scopes: ["crm.read"] });
    crm.needs = { get_account: ["crm.read", "crm.write"] };
    await call("crm");
    const row = await world.store.read((tx) => tx.mcpTools.find("crm", "get_account"));
    expect(row?.scopes).toEqual(["crm.read", "crm.write"]);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is looked at of a run
    const working = { id: run, tenant, agent: "deputy", subject: ann, mode: "assistant" } as Run;
    const needs = (await mcp.forRun(working)).tools.find(({ name }) => name === "crm__get_account")?.needs;
    expect(needs).toEqual({ connection: "crm", scopes: ["crm.read", "crm.write"] });
    const find = () =>
      world.store.read((tx) => world.grants.find(tx, world.need({ ...needs, owner: bob, capability: "" })));

    const answer = await find();
    expect(answer).toMatchObject({ kind: "missing", why: "not_connected" });
    expect(answer.kind === "missing" && answer.scopes).toEqual(
      expect.arrayContaining(["crm.read", "crm.write"]),
    );
    // An account that has less is used as it is until its service refuses.
    await world.connect(bob, "bob", { name: "crm", scopes: ["crm.read"] });
    expect(await find()).toMatchObject({ kind: "ready" });
  });
});
