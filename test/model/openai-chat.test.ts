import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Model } from "../../src/model/contract.ts";
import { createChatModel } from "../../src/model/openai-chat.ts";
import { aRequest, modelContract } from "../contracts/model-contract.ts";
import { type FakeOpenAi, fakeKey, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

modelContract("chat", createChatModel);

describe("model/openai-chat", () => {
  let server: FakeOpenAi;
  let model: Model;
  beforeEach(async () => {
    server = await startFakeOpenAi();
    model = createChatModel({
      model: "local-model",
      apiKey: new Secret(fakeKey),
      baseUrl: server.baseUrl,
      fetch,
      clock: createManualClock(),
      log: silentLogger,
    });
  });
  afterEach(() => server.close());
  const ask = () => model.generate(aRequest(), { signal: new AbortController().signal });
  const chunks = (...choices: readonly object[]) =>
    server.reply({
      kind: "events",
      data: [
        ...choices.map((choice) => JSON.stringify({ id: "x", choices: [{ index: 0, ...choice }] })),
        "[DONE]",
      ],
    });

  it("puts the instructions first and asks for usage", async () => {
    await ask();

    expect(server.requests[0]?.path).toBe("/v1/chat/completions");
    expect(server.requests[0]?.body).toMatchObject({
      messages: [
        { role: "system", content: "You are Deputy." },
        { role: "user", content: "Hello" },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 1_000,
    });
  });

  it("K1: speaks to a server that knows neither parameter, and remembers it", async () => {
    server.refuseIf((body) =>
      "stream_options" in body ? "Extra inputs are not permitted: stream_options" : undefined,
    );
    server.refuseIf((body) =>
      "max_completion_tokens" in body
        ? "Unrecognized request argument supplied: max_completion_tokens"
        : undefined,
    );

    const first = await ask();
    const asked = server.requests.length;
    await ask();

    expect(first.text).toBe("ok");
    expect(asked).toBe(3);
    expect(server.requests).toHaveLength(4);
    expect(server.requests.at(-1)?.body).toMatchObject({ max_tokens: 1_000 });
    expect(server.requests.at(-1)?.body).not.toHaveProperty("stream_options");
  });

  it("K1: asks once more at most for each parameter", async () => {
    server.refuseIf(
      (body) => `I refuse max_completion_tokens and stream_options alike in ${Object.keys(body).length}`,
    );

    await expect(ask()).rejects.toMatchObject({ code: "model.refused_request" });

    expect(server.requests).toHaveLength(3);
  });

  it("tells calls apart that all have index 0", async () => {
    chunks(
      {
        delta: {
          tool_calls: [{ index: 0, id: "a", function: { name: "read_file", arguments: '{"path":"a"}' } }],
        },
      },
      {
        delta: {
          tool_calls: [{ index: 0, id: "b", function: { name: "read_file", arguments: '{"path":"b"}' } }],
        },
      },
      { delta: {}, finish_reason: "stop" },
    );

    const answer = await ask();

    expect(answer).toMatchObject({
      stop: "calls",
      calls: [
        { id: "a", arguments: '{"path":"a"}' },
        { id: "b", arguments: '{"path":"b"}' },
      ],
    });
  });

  it("tells calls apart that have neither index nor id, and gives them ids", async () => {
    chunks(
      { delta: { tool_calls: [{ function: { name: "read_file", arguments: '{"path":' } }] } },
      { delta: { tool_calls: [{ function: { arguments: '"a"}' } }] } },
      { delta: { tool_calls: [{ function: { name: "list_files", arguments: "{}" } }] } },
      { delta: {}, finish_reason: "tool_calls" },
    );

    const { calls } = await ask();

    expect(calls).toMatchObject([
      { name: "read_file", arguments: '{"path":"a"}' },
      { name: "list_files", arguments: "{}" },
    ]);
    expect(new Set(calls.map((call) => call.id)).size).toBe(2);
    expect(calls.map((call) => call.id)).not.toContain("");
  });

  it("keeps a name and id that are repeated with every piece", async () => {
    const piece = (args: string) => ({
      delta: { tool_calls: [{ index: 0, id: "a", function: { name: "read_file", arguments: args } }] },
    });
    chunks(piece('{"path":'), piece('"a"}'), { delta: {}, finish_reason: "tool_calls" });

    expect((await ask()).calls).toEqual([{ id: "a", name: "read_file", arguments: '{"path":"a"}' }]);
  });

  it("counts reasoning that a server only shows in the total as output", async () => {
    server.reply({
      kind: "events",
      data: [
        JSON.stringify({ choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] }),
        JSON.stringify({
          choices: [],
          usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 112 },
        }),
        "[DONE]",
      ],
    });

    expect((await ask()).usage).toMatchObject({ inputTokens: 10, outputTokens: 102 });
  });
});
