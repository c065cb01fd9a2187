// Deputy as an MCP server: the protocol's own client against the whole product, with tokens of an issuer on loopback.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalMessage } from "../../src/chat/local/room.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import { startTokenIssuer, type TokenIssuer } from "../fakes/token-issuer.ts";
import { until } from "./people.ts";
import { finishes, type Product, says, startProduct, uses } from "./product.ts";

let issuer: TokenIssuer;
let product: Product;
let folder: string;
let url: string;
const open: Client[] = [];

beforeAll(async () => {
  issuer = await startTokenIssuer();
  folder = await mkdtemp(path.join(tmpdir(), "deputy-mcp-"));
  await writeFile(
    path.join(folder, "deputy.config.yml"),
    `mcp_server:
  issuer: ${issuer.issuer}
  audience: deputy-tests
  person: "local:local:{sub}"
policy:
  - name: note
    layer: org
    match: { tool: write_file }
    decision: allow
`,
  );
  product = await startProduct({ folder, env: { DEPUTY_EGRESS_ALLOW: `127.0.0.1:${issuer.port}` } });
  url = product.app.url;
});

afterAll(async () => {
  for (const client of open) await client.close();
  await product.stop();
  await issuer.close();
  await rm(folder, { recursive: true, force: true });
});

function token(person: string, more: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer.issuer, aud: "deputy-tests", sub: person, client_id: "editor" };
  return issuer.sign({ ...claims, scope: "deputy.read deputy.write", iat: now, exp: now + 300, ...more });
}

async function clientOf(person: string, more: Record<string, unknown> = {}): Promise<Client> {
  const client = new Client({ name: "an-editor", version: "1" });
  const headers = { authorization: `Bearer ${await token(person, more)}` };
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } });
  // The SDK's transport declares `sessionId` in a way that exactOptionalPropertyTypes refuses.
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  open.push(client);
  return client;
}

const Answered = z.looseObject({
  run_id: z.string().default(""),
  waiting_for: z.looseObject({ question_id: z.string().optional() }).optional(),
  runs: z.array(z.looseObject({ run_id: z.string() })).optional(),
});
const Result = z.object({
  content: z.array(z.object({ text: z.string() })),
  isError: z.boolean().default(false),
  structuredContent: Answered.optional(),
});
type Said = Partial<z.infer<typeof Answered>> & { readonly refused?: string };

async function call(
  client: Client,
  name: string,
  args: Record<string, unknown>,
  onprogress?: (progress: Progress) => void,
): Promise<Said> {
  const result = await client.callTool(
    { name, arguments: args },
    undefined,
    onprogress ? { onprogress } : {},
  );
  const { content, isError, structuredContent } = Result.parse(result);
  return isError ? { refused: content[0]?.text ?? "" } : (structuredContent ?? {});
}

function post(body: unknown, headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };

/** A message in somebody's direct messages, as soon as it is there. */
function inLine(person: string, is: (text: string) => boolean): Promise<LocalMessage> {
  return until(
    product.room,
    "a message\n",
    () => JSON.stringify(product.room.history(`dm-${person}`)),
    () => product.room.history(`dm-${person}`).find(({ content }) => is(JSON.stringify(content))),
  );
}

describe("app: deputy as an MCP server", () => {
  it("says whose tokens it takes, and asks for one (RFC 9728)", async () => {
    for (const at of ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"]) {
      const metadata: unknown = await (await fetch(`${url}${at}`)).json();
      expect(metadata).toMatchObject({ resource: `${url}/mcp`, authorization_servers: [issuer.issuer] });
    }
    const refused = await post(list, {});
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe(
      `Bearer scope="deputy.read deputy.write", resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"`,
    );
  });

  it("does a task from start_run to the result, shown in the person's direct messages", async () => {
    const ana = await clientOf("ana");
    expect((await ana.listTools()).tools.map(({ name }) => name).toSorted()).toEqual([
      "answer",
      "list_runs",
      "run_status",
      "start_run",
    ]);
    product.model.replyTo(
      "count-the-beans",
      uses(["ask_person", { question: "Which beans?", options: ["Black", "White"] }]),
      finishes("There are 12 black beans."),
    );
    const task = { task: "count-the-beans, please", request_key: "k-1" };
    const begun = await call(ana, "start_run", task);
    const run = String(begun["run_id"]);
    expect(begun).toMatchObject({ mode: "assistant", program: "editor", already_known: false });

    // The same again, at once and many times, is the same run (HW1).
    const again = await Promise.all([1, 2, 3, 4].map(() => call(ana, "start_run", task)));
    expect(again.map((one) => one["run_id"])).toEqual([run, run, run, run]);
    expect(await call(ana, "start_run", { ...task, task: "another thing" })).toMatchObject({
      refused: expect.stringContaining("request_key"),
    });

    const progress: string[] = [];
    const asked = await call(ana, "run_status", { run_id: run, wait_seconds: 40 }, ({ message }) =>
      progress.push(message ?? ""),
    );
    expect(asked["waiting_for"]).toMatchObject({
      kind: "question",
      question: "Which beans?",
      options: ["Black", "White"],
    });
    expect(progress.length).toBeGreaterThan(0);
    const question_id = asked.waiting_for?.question_id ?? "";
    const answer = { run_id: run, question_id, answer: "black" };
    expect(await call(ana, "answer", answer)).toMatchObject({ answered: true });
    expect(await call(ana, "answer", answer)).toMatchObject({ refused: expect.stringContaining("already") });

    const done = await call(ana, "run_status", { run_id: run, wait_seconds: 40 });
    expect(done).toMatchObject({
      state: "done",
      result: { outcome: "done", text: "There are 12 black beans.", files: [] },
    });
    const opening = await inLine("ana", (text) => text.includes("The program “editor” asks me"));
    expect(JSON.stringify(opening.content)).toContain("count-the-beans");
    const result = await inLine("ana", (text) => text.includes("There are 12 black beans."));
    expect(result.thread).toBe(opening.thread);
    const thread = product.room.history("dm-ana", opening.thread);
    expect(JSON.stringify(thread)).toContain("Ana, through editor: Black");
    expect(await call(ana, "list_runs", {})).toMatchObject({ runs: [{ run_id: run, state: "done" }] });

    const store = product.app.edges.store;
    const events = await store.read((tx) => tx.audit.list(asTenantId("local"), 0, 1_000));
    const words = events.map((event) => JSON.stringify(event));
    expect(words.filter((line) => line.includes("ingress.accepted") && line.includes("mcp-"))).toHaveLength(
      2,
    );
    expect(words.some((line) => /run\.started.*through\W+editor/u.test(line))).toBe(true);
    // TNT-1: whose words they are, nobody knows.
    const row = await store.read((tx) => tx.runs.list({ limit: 1 }));
    expect(row[0]?.taint.external).toContain("program editor");
  });

  it("A10: another person's run is as one that is not there", async () => {
    product.model.replyTo("secret-errand", says("Done in secret."));
    const ana = await clientOf("ana");
    const begun = await call(ana, "start_run", { task: "secret-errand", request_key: "k-2" });
    const bo = await clientOf("bo");
    const run = { run_id: String(begun["run_id"]) };
    const none = { run_id: "run_00000000000000000000000000" };

    expect(await call(bo, "run_status", run)).toEqual(await call(bo, "run_status", none));
    expect(await call(bo, "answer", { ...run, question_id: "wait_1", answer: "x" })).toEqual(
      await call(bo, "answer", { ...none, question_id: "wait_1", answer: "x" }),
    );
    expect(await call(bo, "list_runs", {})).toMatchObject({ runs: [] });
    // The same key in another person's name is another request.
    product.model.replyTo("bo-errand", says("Done for Bo."));
    const own = await call(bo, "start_run", { task: "bo-errand", request_key: "k-2" });
    expect(own["run_id"]).not.toBe(run.run_id);
    await call(bo, "run_status", { run_id: String(own["run_id"]), wait_seconds: 40 });
  });

  it("I10: a question of work from chat is shown as one, and answered in chat", async () => {
    product.model.replyTo("chat-question", uses(["ask_person", { question: "Which?" }]), says("Fine."));
    const thread = await product.people.ana.asks("chat-question", { channel: "dm-ana" });
    const question = await thread.post("attention");
    const ana = await clientOf("ana");
    const listed = await call(ana, "list_runs", { active: true });
    const [run] = listed.runs ?? [];
    const status = await call(ana, "run_status", { run_id: run?.run_id ?? "" });
    expect(status["waiting_for"]).toMatchObject({ kind: "question", where: expect.any(String) });
    expect(status["waiting_for"]).not.toHaveProperty("question_id");
    const wait = question.body.freeText?.value ?? "";
    expect(
      await call(ana, "answer", { run_id: run?.run_id ?? "", question_id: wait, answer: "x" }),
    ).toMatchObject({ refused: expect.stringContaining("begun in chat") });
    await product.people.ana.writes(thread, "the first");
    await thread.post("result");
  });

  it.each([
    ["a token of nobody's key", () => issuer.signForeign({ sub: "ana" }), 401],
    ["a token for somebody else", () => token("ana", { aud: "other" }), 401],
    ["a token that is over", () => token("ana", { exp: 1 }), 401],
    ["a person whom nobody knows", () => token("mallory"), 403],
    ["a token without the scope", () => token("ana", { scope: "profile" }), 403],
  ])("refuses %s", async (_, make, status) => {
    const refused = await post(list, { authorization: `Bearer ${await make()}` });
    expect(refused.status).toBe(status);
  });

  it("asks for the scope that is missing (RFC 6750)", async () => {
    const authorization = `Bearer ${await token("ana", { scope: "deputy.read" })}`;
    expect((await post(list, { authorization })).status).toBe(200);
    const start = { name: "start_run", arguments: { task: "x", request_key: "k" } };
    const refused = await post({ ...list, method: "tools/call", params: start }, { authorization });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toContain(
      'error="insufficient_scope", scope="deputy.write"',
    );
  });

  it("refuses pages of other origins, large bodies and what is no message; there is no stream to listen to", async () => {
    const authorization = `Bearer ${await token("ana")}`;
    expect((await post(list, { authorization, origin: "https://evil.example" })).status).toBe(403);
    expect((await post("x".repeat(1_100_000), { authorization })).status).toBe(413);
    expect((await post("[]", { authorization })).status).toBe(400);
    expect((await fetch(`${url}/mcp`, { headers: { authorization } })).status).toBe(405);
    expect((await fetch(`${url}/mcp?access_token=${await token("ana")}`)).status).toBe(401);
  });

  it("OPS-2: a person whom an operator has withdrawn is refused with the sentence of chat, and that is on record", async () => {
    const { store } = product.app.edges;
    const brake = {
      id: "b1",
      kind: "person",
      name: "local:local:bo",
      pulledBy: "cli:tests",
      pulledAt: 1,
    } as const;
    await store.write((tx) => tx.brakes.pull(brake));
    const refused = await post(list, { authorization: `Bearer ${await token("bo")}` });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("withdrawn your access");
    await store.write((tx) => tx.brakes.release("person", "local:local:bo"));
    await expect
      .poll(async () => {
        const events = await store.read((tx) => tx.audit.list(asTenantId("local"), 0, 2_000));
        return events.map((event) => JSON.stringify(event)).filter((line) => line.includes("person:revoked"));
      })
      .not.toEqual([]);
  });

  it("BK1: what holds work up in chat holds it up here, and run_status says so", async () => {
    const { store } = product.app.edges;
    const brake = { id: "b2", kind: "agent", name: "deputy", pulledBy: "cli:tests", pulledAt: 1 } as const;
    await store.write((tx) => tx.brakes.pull(brake));
    await product.app.reread();
    product.model.replyTo("held-errand", says("Done after all."));
    const ana = await clientOf("ana");
    const begun = await call(ana, "start_run", { task: "held-errand", request_key: "k-9" });
    const status = await call(ana, "run_status", { run_id: String(begun["run_id"]) });
    expect(status).toMatchObject({ state: "queued", note: expect.stringContaining("operator") });
    await store.write((tx) => tx.brakes.release("agent", "deputy"));
    await product.app.reread();
    const done = await call(ana, "run_status", { run_id: String(begun["run_id"]), wait_seconds: 40 });
    expect(done).toMatchObject({ state: "done" });
  });
});
