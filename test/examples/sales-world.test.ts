import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVisit } from "../../examples/sales-assistant/demo/visit.ts";
import { type SalesWorld, startSalesWorld } from "../../examples/sales-assistant/world/world.ts";
import { discovered, redirectUri, signIn, tokensOf } from "./fernway.ts";

describe("examples/sales-assistant/world", () => {
  let world: SalesWorld;
  const open: Client[] = [];
  beforeAll(async () => {
    world = await startSalesWorld();
  });
  afterAll(async () => {
    await Promise.all(open.map((client) => client.close()));
    await world.close();
  });

  const enter = async (url: string, token: string): Promise<Client> => {
    const client = new Client({ name: "test", version: "1" });
    const headers = { authorization: `Bearer ${token}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    open.push(client);
    return client;
  };
  const use = async (client: Client, name: string, args: object): Promise<string> =>
    JSON.stringify(await client.callTool({ name, arguments: { ...args } }));

  it("lets a person use their own book, and nobody else's", async () => {
    const ana = await enter(world.crm.url, (await tokensOf(world, "Ana")).access_token);
    const bo = await enter(world.crm.url, (await tokensOf(world, "Bo")).access_token);

    expect(await use(ana, "find_accounts", { query: "acme" })).toContain("Acme Corporation");
    expect(await use(bo, "find_accounts", { query: "acme" })).not.toContain("Acme Corporation");
    expect(await use(bo, "get_account", { account: "acme" })).toContain("no account acme in the book of bo");
    await use(ana, "log_activity", { account: "acme", kind: "note", summary: "Tried." });
    expect(world.crm.accounts.get("acme")?.activities.at(-1)).toMatchObject({ by: "ana", summary: "Tried." });
    expect(world.crm.calls.at(-1)).toMatchObject({ tool: "log_activity", person: "ana" });
  });

  it("sends a draft once, word for word, and only from its own mailbox", async () => {
    const ana = await enter(world.mail.url, (await tokensOf(world, "Ana", "mail")).access_token);
    const bo = await enter(world.mail.url, (await tokensOf(world, "Bo", "mail")).access_token);
    const words = { to: "jo.keller@acme.example", subject: "Renewal", body: "Dear Jo" };
    const [draft] = /draft-\d+/.exec(await use(ana, "create_draft", words)) ?? [];

    expect(await use(bo, "send", { draft, ...words })).toContain("no draft");
    expect(await use(ana, "send", { draft, ...words, to: "mark@evil.example" })).toContain("was changed");
    expect(world.mail.sent).toEqual([]);
    expect(await use(ana, "send", { draft, ...words })).toContain("sent");
    expect(await use(ana, "send", { draft, ...words })).toContain("no draft");
    expect(world.mail.sent).toMatchObject([{ from: "ana", to: "jo.keller@acme.example" }]);
  });

  it("MCP-8: turns away a token of the other service, none, and a session that somebody else began", async () => {
    const forCrm = (await tokensOf(world, "Ana")).access_token;
    await expect(enter(world.mail.url, forCrm)).rejects.toMatchObject({ code: 401 });
    expect(world.mail.refused.at(-1)).toEqual({ why: "not_valid_here" });
    const bare = await fetch(world.crm.url, { method: "POST", body: "{}" });
    expect(bare.status).toBe(401);
    expect(bare.headers.get("www-authenticate")).toContain("/.well-known/oauth-protected-resource/mcp");
    const metadata = /"([^"]+)"/.exec(bare.headers.get("www-authenticate") ?? "")?.[1] ?? "";
    expect(await (await fetch(metadata)).json()).toMatchObject({
      resource: world.crm.url,
      authorization_servers: [world.login.issuer],
    });

    const ana = await enter(world.crm.url, forCrm);
    const session = ana.transport?.sessionId ?? "";
    const bos = (await tokensOf(world, "Bo")).access_token;
    const taken = await fetch(world.crm.url, {
      method: "POST",
      headers: { authorization: `Bearer ${bos}`, "mcp-session-id": session },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
    expect(taken.status).toBe(404);
    expect(world.crm.refused.at(-1)).toEqual({ why: "session_of_somebody_else", person: "bo" });
  });

  it("asks for PKCE, takes no scope that was not agreed to, and ends a grant whose refresh token is used twice", async () => {
    const config = await discovered(world);
    const plain = createVisit({ until: ({ href }) => href.startsWith(redirectUri) });
    await signIn(plain, "Ana", { resource: world.crm.url, scope: "crm.read", config });
    expect(plain.page().url.searchParams.get("error")).toBe("invalid_request");

    const first = await tokensOf(world, "Ana");
    const { resource } = { resource: world.crm.url };
    const second = await oidc.refreshTokenGrant(config, first.refresh_token ?? "", { resource });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await expect(
      oidc.refreshTokenGrant(config, first.refresh_token ?? "", { resource }),
    ).rejects.toMatchObject({ error: "invalid_grant" });
    await expect(
      oidc.refreshTokenGrant(config, second.refresh_token ?? "", { resource }),
    ).rejects.toMatchObject({ error: "invalid_grant" });
    await expect(enter(world.crm.url, second.access_token)).rejects.toMatchObject({ code: 401 });
  });

  it("takes no token any more of whoever took back what they agreed to", async () => {
    const { access_token: token } = await tokensOf(world, "Ana");
    const ana = await enter(world.crm.url, token);
    await world.login.withdraw("ana");
    await expect(use(ana, "find_accounts", { query: "acme" })).rejects.toMatchObject({ code: 401 });
    expect(world.crm.refused.at(-1)).toEqual({ why: "not_valid_here" });
  });

  it("says no to whom a person says no", async () => {
    const visit = createVisit({ until: ({ href }) => href.startsWith(redirectUri) });
    const config = await discovered(world);
    const verifier = oidc.randomPKCECodeVerifier();
    await signIn(visit, "Ada", { resource: world.crm.url, scope: "crm.read", config, verifier });
    expect(visit.page().text).toContain("See the accounts in your book");
    await visit.press("Deny");
    expect(visit.page().url.searchParams.get("error")).toBe("access_denied");
  });
});
