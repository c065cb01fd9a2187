// Work that a program hands over for somebody of Slack: in a thread of their direct messages, where they see it and answer.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ids } from "../fakes/slack/ids.ts";
import { startTokenIssuer, type TokenIssuer } from "../fakes/token-issuer.ts";
import { finishes, says, uses } from "./product.ts";
import { type SlackProduct, startSlackProduct, wordsOf } from "./slack-product.ts";

const Answer = z.object({
  result: z.object({
    isError: z.boolean().default(false),
    content: z.array(z.object({ text: z.string() })),
    structuredContent: z.looseObject({ run_id: z.string().default("") }).default({ run_id: "" }),
  }),
});

describe("app: deputy as an MCP server, for people of Slack", () => {
  let issuer: TokenIssuer;
  let product: SlackProduct;
  let folder: string;

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    folder = await mkdtemp(path.join(tmpdir(), "deputy-mcp-slack-"));
    const block = `mcp_server:\n  issuer: ${issuer.issuer}\n  audience: deputy-tests\n  person: slack\n`;
    await writeFile(path.join(folder, "deputy.config.yml"), block);
    const env = { DEPUTY_EGRESS_ALLOW: `127.0.0.1:${issuer.port}` };
    product = await startSlackProduct({ folder, env });
  });
  afterAll(async () => {
    await product.stop();
    await issuer.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function post(user: string, name: string, args: object): Promise<Response> {
    const now = Math.floor(Date.now() / 1_000);
    const token = await issuer.sign({
      iss: issuer.issuer,
      aud: "deputy-tests",
      sub: "someone",
      client_id: "editor",
      scope: "deputy.read deputy.write",
      "https://slack.com/team_id": ids.team,
      "https://slack.com/user_id": user,
      iat: now,
      exp: now + 300,
    });
    return fetch(`${product.app.url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name, arguments: args },
      }),
    });
  }

  async function call(user: string, name: string, args: object) {
    const response = await post(user, name, args);
    const text = await response.text();
    const data = text.split("\n").findLast((line) => line.startsWith("data: "));
    return Answer.parse(JSON.parse(data?.slice("data: ".length) ?? text)).result;
  }

  it("somebody who never wrote to the agent is not known, and is told what to do", async () => {
    const refused = await post(ids.bo, "list_runs", {});

    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("write to me once");
  });

  it("is done in a thread of the person's direct messages, where a button and a word of theirs count", async () => {
    const { slack, model } = product;
    const ana = slack.person(ids.ana);
    model.replyTo("hello-there", says("Hello."));
    await ana.says(ana.dm, "hello-there");
    await slack.until(() => slack.botMessages(ana.dm).find((one) => wordsOf(one).includes("Hello.")));

    model.replyTo(
      "handed-beans",
      uses(["ask_person", { question: "Which beans?", options: ["Black", "White"] }]),
      uses(["ask_person", { question: "How many at most?", options: [] }]),
      finishes("There are 12 black beans."),
    );
    const begun = await call(ids.ana, "start_run", { task: "count the handed-beans", request_key: "k" });
    const run = begun.structuredContent.run_id;
    const opening = await slack.until(() =>
      slack.botMessages(ana.dm).find((one) => wordsOf(one).includes("The program “editor” asks me")),
    );
    expect(opening.thread_ts ?? opening.ts).toBe(opening.ts);
    const thread = { channel: ana.dm, ts: opening.ts };
    const question = await product.said(thread, "attention");
    expect(await ana.clicks(question, "Black")).toMatchObject({ status: 200 });
    await product.said(thread, "attention", (one) => wordsOf(one).includes("How many"));
    await ana.says(ana.dm, "twelve", { thread: opening.ts });

    await product.said(thread, "result");
    const done = await call(ids.ana, "run_status", { run_id: run, wait_seconds: 40 });
    expect(done.structuredContent).toMatchObject({
      state: "done",
      result: { text: "There are 12 black beans." },
    });
    // The same request again is the same run, after its thread has got its name.
    const again = await call(ids.ana, "start_run", { task: "count the handed-beans", request_key: "k" });
    expect(again.structuredContent.run_id).toBe(run);
  });
});
