import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { createResponsesModel } from "../../src/model/openai-responses.ts";
import { aRequest, modelContract } from "../contracts/model-contract.ts";
import { fakeKey, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

modelContract("responses", createResponsesModel);

describe("model/openai-responses", () => {
  const during = async (data: readonly object[]) => {
    const server = await startFakeOpenAi();
    const model = createResponsesModel({
      model: "gpt-5.1",
      apiKey: new Secret(fakeKey),
      baseUrl: server.baseUrl,
      fetch,
      clock: createManualClock(),
      log: silentLogger,
    });
    if (data.length > 0) server.reply({ kind: "events", data: data.map((event) => JSON.stringify(event)) });
    try {
      return { server, outcome: await model.generate(aRequest(), { signal: new AbortController().signal }) };
    } catch (error) {
      return { server, outcome: error };
    } finally {
      await server.close();
    }
  };

  it("stores nothing at the vendor and streams", async () => {
    const { server } = await during([]);

    expect(server.requests[0]?.path).toBe("/v1/responses");
    expect(server.requests[0]?.body).toMatchObject({
      store: false,
      stream: true,
      instructions: "You are Deputy.",
      max_output_tokens: 1_000,
    });
    expect(server.requests[0]?.body).not.toHaveProperty("previous_response_id");
  });

  it.each([
    ["final_answer", "answer"],
    ["commentary", "aside"],
    [undefined, undefined],
  ] as const)("M4: tells what a text is meant as, where the service says it: %s", async (phase, meant) => {
    const server = await startFakeOpenAi();
    const model = createResponsesModel({
      model: "gpt-5.1",
      apiKey: new Secret(fakeKey),
      baseUrl: server.baseUrl,
      fetch,
      clock: createManualClock(),
      log: silentLogger,
    });
    server.reply({ kind: "answer", text: ["All ", "done."], ...(phase && { phase }) });
    const heard: unknown[] = [];

    await model.generate(aRequest(), {
      signal: new AbortController().signal,
      onText: (delta, said) => heard.push([delta, said]),
    });
    await server.close();

    expect(heard).toEqual([
      ["All ", meant],
      ["done.", meant],
    ]);
  });

  it("takes the output from the last event where nothing was streamed before", async () => {
    const { outcome } = await during([
      {
        type: "response.completed",
        response: {
          status: "completed",
          output: [
            { type: "reasoning", summary: [] },
            { type: "message", content: [{ type: "output_text", text: "Late but whole" }] },
            { type: "function_call", call_id: "c1", name: "read_file", arguments: "{}" },
          ],
        },
      },
    ]);

    expect(outcome).toMatchObject({ text: "Late but whole", calls: [{ id: "c1" }], stop: "calls" });
  });

  it("parts the texts of two messages by a blank line", async () => {
    const { outcome } = await during([
      { type: "response.output_text.delta", item_id: "a", delta: "First." },
      { type: "response.output_text.delta", item_id: "b", delta: "Second." },
      { type: "response.completed", response: { status: "completed", output: [] } },
    ]);

    expect(outcome).toMatchObject({ text: "First.\n\nSecond." });
  });

  it.each([
    [
      {
        type: "response.failed",
        response: { status: "failed", error: { code: "server_error", message: "x" } },
      },
      "model.unavailable",
    ],
    [{ type: "response.failed", response: { status: "failed", error: null } }, "model.unavailable"],
    [{ type: "error", code: "rate_limit_exceeded", message: "x", param: null }, "model.rate_limited"],
  ])("%j fails the call as %s", async (event, code) => {
    const { outcome } = await during([event]);

    expect(outcome).toMatchObject({ code });
  });

  it("takes a response that failed over its content as a refusal", async () => {
    const { outcome } = await during([
      {
        type: "response.failed",
        response: { status: "failed", error: { code: "bio_policy", message: "x" } },
      },
    ]);

    expect(outcome).toMatchObject({ stop: "refusal" });
  });

  it("passes over kinds of events that it does not know", async () => {
    const { outcome } = await during([
      { type: "keepalive" },
      { type: "response.output_text.delta", item_id: "a", delta: "Hi" },
      { type: "response.web_search_call.searching" },
      { type: "response.completed", response: { status: "completed", output: [] } },
    ]);

    expect(outcome).toMatchObject({ text: "Hi", stop: "end" });
  });
});
