// The whole product with an MCP server that wants people's accounts: the run asks for the account in private, goes on by itself, and
// uses the server's tools with the rights of whom it works for.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ElicitResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { asTenantId } from "../../src/domain/ids.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { type FakeMcp, startFakeMcp } from "../fakes/mcp/mcp-server.ts";
import { createCookieBrowser } from "../support/cookie-browser.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "./people.ts";
import { type Product, says, startProduct, uses } from "./product.ts";

let as: AuthorizationServer;
let crm: FakeMcp;
let notes: FakeMcp;
let product: Product;
let folder: string;
let base: string;

beforeAll(async () => {
  base = `http://127.0.0.1:${await freePort()}`;
  const text = (...names: string[]) => ({
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    required: names,
  });
  crm = await startFakeMcp([
    { name: "get_account", description: "Reads an account", inputSchema: text("id") },
    { name: "log_call", description: "Logs a call", inputSchema: text("id", "note") },
  ]);
  as = await startAuthorizationServer({
    redirectUris: [`${base}/oauth/callback/crm-person`],
    resources: { [crm.url]: "crm.read crm.write" },
  });
  // Only tokens that were made for it (A20).
  crm.accountOf = async (token) => {
    const known = await as.tokenOf(token);
    return known?.audience === crm.url ? known.account : undefined;
  };
  notes = await startFakeMcp([
    { name: "add_note", annotations: { readOnlyHint: true }, inputSchema: text("note") },
    { name: "surprise" },
    { name: "pick" },
  ]);
  notes.handle = async ({ tool, server, id }) => {
    if (tool !== "pick") return { content: [] };
    const requestedSchema = {
      type: "object",
      properties: { region: { type: "string", enum: ["eu", "us"] } },
    };
    const params = { mode: "form", message: "Which region?", requestedSchema };
    const answer = await server.request({ method: "elicitation/create", params }, ElicitResultSchema, {
      relatedRequestId: id,
    });
    return { content: [{ type: "text", text: `picked ${JSON.stringify(answer.content)}` }] };
  };
  folder = await mkdtemp(path.join(tmpdir(), "deputy-mcp-"));
  await writeFile(
    path.join(folder, "deputy.config.yml"),
    `connections:
  crm-person:
    issuer: ${as.issuer}
    client_id: ${as.clientId}
    client_secret: ${as.clientSecret}
    scopes: { read: [crm.read], write: [crm.write] }
mcp:
  crm:
    url: ${crm.url}
    connection: crm-person
    tools: { get_account: { effect: read, needs: read }, log_call: { effect: write-external, repeat: keyed, needs: write } }
  notes:
    url: ${notes.url}
    tools: { add_note: {}, pick: { effect: read } }
  gone:
    url: http://127.0.0.1:1/mcp
policy:
  - name: crm-may-be-read
    layer: org
    match: { tool: "crm__*", effect: read }
    decision: allow
`,
  );
  product = await startProduct({
    folder,
    env: {
      PORT: new URL(base).port,
      DEPUTY_EGRESS_ALLOW: `127.0.0.1:${as.port},127.0.0.1:${crm.port},127.0.0.1:${notes.port}`,
    },
  });
});
afterAll(async () => {
  await product.stop();
  await Promise.all([as.close(), crm.close(), notes.close()]);
  await rm(folder, { recursive: true, force: true });
});

describe("app: tools of MCP servers", () => {
  it("MCP-5 MCP-8: asks for the account, reads as that person, and calls the tool as it was pinned", async () => {
    const { ana } = product.people;
    product.model.replyTo("about-acme", uses(["crm__get_account", { id: "acme" }]), says("Acme is fine."));
    const thread = await ana.asks("@deputy what do we know about-acme");
    await thread.post("attention");
    await connect("ana");

    const kept = await thread.post("result");
    await ana.clicks(kept, "Post here");
    expect((await thread.post("result", 2)).body.text).toContain("Acme is fine.");
    expect(crm.calls).toEqual([
      expect.objectContaining({ tool: "get_account", arguments: { id: "acme" }, account: "ana" }),
    ]);
    const { store } = product.app.edges;
    const rows = await store.read((tx) => tx.mcpTools.list("crm"));
    expect(rows.map(({ tool, state, approvedBy }) => [tool, state, approvedBy])).toEqual([
      ["get_account", "approved", "config"],
      ["log_call", "approved", "config"],
    ]);
    const events = await store.read((tx) => tx.audit.list(asTenantId("local"), 0, 1_000));
    const done = events.find(({ type, line }) => type === "tool.done" && line.includes("crm__get_account"));
    expect(done?.line).toContain(`"pin":"${rows[0]?.approvedPin}"`);
    expect(done?.line).toContain('"connection":"conn_');
    expect(JSON.stringify(product.model.requests.map(({ body }) => body))).not.toContain("Bearer");
    // The session is gone with the run (MC4).
    await expect.poll(() => crm.ended.length).toBeGreaterThan(0);
  });

  it("MCP-6: what a server calls harmless is asked for by what the configuration says; what nobody approved is told", async () => {
    const { bo } = product.people;
    product.model.replyTo(
      "note-this",
      uses(["notes__surprise", {}]),
      uses(["notes__add_note", { note: "hello" }]),
      says("Noted."),
    );
    const thread = await bo.asks("@deputy please note-this");
    const card = await thread.post("attention");
    expect(card.body.text).toContain("notes__add_note");
    expect(notes.calls).toEqual([]);
    await bo.clicks(card, "Approve");
    expect((await thread.post("result")).body.text).toContain("Noted.");
    expect(notes.calls.map(({ tool }) => tool)).toEqual(["add_note"]);
    const told = JSON.stringify(product.model.requests.map(({ body }) => body));
    expect(told).toContain("notes__surprise is held back: nobody has approved it yet");
  });
});

it("EL1: a server's question in the middle of a call is a question of the run, and its answer is given to the server", async () => {
  const { ana } = product.people;
  product.model.replyTo("pick-one", uses(["notes__pick", {}]), says("Picked."));
  const thread = await ana.asks("@deputy please pick-one");
  const card = await thread.post("attention");
  expect(card.body.text).toContain("The server notes asks: “Which region?”");
  await ana.clicks(card, "eu");
  expect((await thread.post("result")).body.text).toContain("Picked.");
  expect(notes.calls.filter(({ tool }) => tool === "pick")).toHaveLength(2);
  const told = JSON.stringify(product.model.requests.map(({ body }) => body));
  expect(told).toContain("picked {");
  expect(told).not.toContain("Which region?");
});

it("I14: readyz says which server can't be looked at and why, and what waits of the others", async () => {
  const Ready = z.object({
    checks: z.object({ mcp_servers: z.array(z.looseObject({ server: z.string(), waiting: z.number() })) }),
  });
  const answer = await fetch(`${base}/readyz`);
  const { mcp_servers: servers } = Ready.parse(await answer.json()).checks;
  const byName = new Map(servers.map((server) => [server.server, server]));
  expect(byName.get("gone")).toMatchObject({ problem: expect.stringContaining("can't be reached") });
  expect(byName.get("notes")).toMatchObject({ approved: 2, waiting: 1, quarantined: 0 });
});

async function connect(person: string): Promise<void> {
  const { card } = await until(
    product.room,
    "a card\n",
    () => `dm-${person}`,
    () => {
      for (const message of product.room.history(`dm-${person}`).toReversed()) {
        if (message.content.kind !== "deputy") continue;
        const { body } = message.content;
        if (body.kind !== "attention") continue;
        if (body.options.some(({ action }) => action === "connect.open")) return { card: body };
      }
      return undefined;
    },
  );
  const link = card.options.find(({ action }) => action === "connect.open")?.url ?? "";
  const browser = createCookieBrowser();
  await browser.open(product.app.chatUrl ?? "");
  browser.setCookie(as.issuer, "account", person);
  const page = await browser.open(`${link}?as=${person}`);
  const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  const done = await browser.open(page.url.href, { form: { form, answer: "yes" } });
  expect(done.text).toContain(`${person}@corp.example`);
}
