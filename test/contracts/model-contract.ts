// What every model driver keeps, whichever API it speaks. Run over the fake server.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import type { CallPiece, Model, ModelMessage, ModelRequest } from "../../src/model/contract.ts";
import { ModelError } from "../../src/model/errors.ts";
import type { OpenAiDeps } from "../../src/model/openai/openai-call.ts";
import { type FakeOpenAi, type FakeReply, fakeKey, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";

const tool = {
  name: "read_file",
  description: "Reads a file",
  parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};

export function aRequest(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "gpt-5.1",
    purpose: "work",
    instructions: "You are Deputy.",
    messages: [{ role: "user", text: "Hello" }],
    tools: [tool],
    maxOutputTokens: 1_000,
    ...changes,
  };
}

export function modelContract(name: string, create: (deps: OpenAiDeps) => Model): void {
  describe(`model contract: ${name}`, () => {
    let server: FakeOpenAi;
    let clock: ManualClock;
    let model: Model;
    const open = (changes: Partial<OpenAiDeps> = {}): Model =>
      create({
        model: "gpt-5.1",
        apiKey: new Secret(fakeKey),
        baseUrl: server.baseUrl,
        fetch: globalThis.fetch,
        clock,
        log: silentLogger,
        ...changes,
      });
    beforeEach(async () => {
      server = await startFakeOpenAi();
      clock = createManualClock();
      model = open();
    });
    afterEach(() => server.close());
    const ask = (request = aRequest(), signal = new AbortController().signal) =>
      model.generate(request, { signal });
    const failure = async (reply: FakeReply): Promise<ModelError> => {
      server.reply(reply);
      const error: unknown = await ask().catch((thrown: unknown) => thrown);
      if (!(error instanceof ModelError))
        throw new Error("the call did not fail as a model call", { cause: error });
      return error;
    };
    const apiError = (status: number, error: object, headers: Record<string, string> = {}): FakeReply => ({
      kind: "raw",
      status,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ error }),
    });

    describe("answers", () => {
      it("joins the pieces of text and passes each on as it arrives", async () => {
        const heard: string[] = [];
        server.reply({ kind: "answer", text: ["Good ", "mor", "ning"] });

        const answer = await model.generate(aRequest(), {
          signal: new AbortController().signal,
          onText: (delta) => heard.push(delta),
        });

        expect(answer).toMatchObject({ text: "Good morning", calls: [], stop: "end" });
        expect(heard).toEqual(["Good ", "mor", "ning"]);
      });

      it("M4: tells of the arguments of each call as they arrive, with its name and place", async () => {
        const heard: CallPiece[] = [];
        const calls = [
          { id: "call_a", name: "finish", arguments: '{"summary": "All is well"}' },
          { id: "call_b", name: "read_file", arguments: '{"path": "b.csv"}' },
        ];
        server.reply({ kind: "answer", text: ["Well."], calls });

        const answer = await model.generate(aRequest(), {
          signal: new AbortController().signal,
          onCall: (piece) => heard.push(piece),
        });

        expect(answer.calls).toEqual(calls);
        expect(heard.map(({ place, name }) => `${place} ${name}`)).toEqual([
          "0 finish",
          "0 finish",
          "1 read_file",
          "1 read_file",
        ]);
        expect(heard.map(({ delta }) => delta).join("")).toBe(calls.map((one) => one.arguments).join(""));
      });

      it("keeps parallel calls in order, with their arguments as the model wrote them", async () => {
        const calls = [
          { id: "call_a", name: "read_file", arguments: '{"path": "a.csv"}' },
          { id: "call_b", name: "read_file", arguments: '{"path": "b.csv", oops' },
        ];
        server.reply({ kind: "answer", text: ["Reading."], calls });

        const answer = await ask();

        expect(answer).toMatchObject({ text: "Reading.", calls, stop: "calls" });
      });

      it("counts cached tokens apart and reasoning as output, and knows the price", async () => {
        server.reply({
          kind: "answer",
          text: ["x"],
          usage: { input: 1_000, cached: 400, output: 500, reasoning: 450 },
        });

        const { usage } = await ask();

        // 600 × $1.25 + 400 × $0.125 + 500 × $10, per million
        expect(usage).toEqual({ inputTokens: 1_000, cachedTokens: 400, outputTokens: 500, usdMicros: 5_800 });
      });

      it("has no cost for a model whose price is unknown", async () => {
        const { usage } = await ask(aRequest({ model: "llama-of-ours" }));

        expect(usage).not.toHaveProperty("usdMicros");
      });

      it("estimates usage where the server tells none", async () => {
        server.reply({ kind: "answer", text: ["Good morning"], usage: undefined });

        const { usage } = await ask();

        expect(usage.inputTokens).toBeGreaterThan(10);
        expect(usage.outputTokens).toBeGreaterThan(1);
      });

      it("says when the output limit cut the answer", async () => {
        server.reply({ kind: "answer", text: ["Once upon"], end: "length" });

        expect(await ask()).toMatchObject({ text: "Once upon", stop: "length" });
      });

      it("returns an empty answer as it is", async () => {
        server.reply({ kind: "answer" });

        expect(await ask()).toMatchObject({ text: "", calls: [], stop: "end" });
      });

      it("reads a whole answer from a server that does not stream", async () => {
        const heard: string[] = [];
        server.reply({
          kind: "answer",
          text: ["All at ", "once"],
          calls: [{ id: "call_a", name: "read_file", arguments: "{}" }],
          whole: true,
        });

        const answer = await model.generate(aRequest(), {
          signal: new AbortController().signal,
          onText: (delta) => heard.push(delta),
        });

        expect(answer).toMatchObject({
          text: "All at once",
          calls: [{ id: "call_a", name: "read_file", arguments: "{}" }],
          stop: "calls",
          usage: { inputTokens: 11, outputTokens: 7 },
        });
        expect(heard).toEqual(["All at once"]);
      });

      it("takes an answer that drips in byte by byte", async () => {
        server.reply({ kind: "drip", answer: { kind: "answer", text: ["žluťoučký 🐎"] } });

        expect((await ask()).text).toBe("žluťoučký 🐎");
      });

      it("gives a call its own id when the server repeats one of the context", async () => {
        const messages: ModelMessage[] = [
          { role: "user", text: "Go" },
          { role: "assistant", text: "", calls: [{ id: "call_0", name: "read_file", arguments: "{}" }] },
          { role: "tool", callId: "call_0", content: "text" },
        ];
        server.reply({
          kind: "answer",
          calls: [
            { id: "call_0", name: "read_file", arguments: "{}" },
            { id: "call_1", name: "read_file", arguments: "{}" },
          ],
        });

        const { calls } = await ask(aRequest({ messages }));

        expect(calls[0]?.id).not.toBe("call_0");
        expect(calls[1]?.id).toBe("call_1");
      });
    });

    describe("requests", () => {
      it("sends the whole context in order, and the server finds nothing wrong with it", async () => {
        await ask(
          aRequest({
            messages: [
              { role: "user", text: "Go" },
              {
                role: "assistant",
                text: "Reading both.",
                calls: [
                  { id: "call_a", name: "read_file", arguments: '{"path":"a"}' },
                  { id: "call_b", name: "read_file", arguments: '{"path":"b"}' },
                ],
              },
              { role: "tool", callId: "call_a", content: "text of a" },
              { role: "tool", callId: "call_b", content: "text of b" },
              { role: "user", text: "Only EU" },
              { role: "assistant", text: "Noted.", calls: [] },
            ],
          }),
        );

        expect(server.requests[0]?.problem).toBeUndefined();
        const sent = JSON.stringify(server.requests[0]?.body);
        const order = [
          "Go",
          "Reading both.",
          "call_a",
          "call_b",
          "text of a",
          "text of b",
          "Only EU",
          "Noted.",
        ];
        const places = order.map((text) => sent.indexOf(JSON.stringify(text).slice(1, -1)));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(places).not.toContain(-1);
      });

      it("P1: never sends a result without its call, nor a call without a result", async () => {
        await ask(
          aRequest({
            messages: [
              { role: "user", text: "Notes of earlier work" },
              { role: "tool", callId: "call_gone", content: "result of a call that left the context" },
              {
                role: "assistant",
                text: "",
                calls: [
                  { id: "call_a", name: "read_file", arguments: "{}" },
                  { id: "call_b", name: "read_file", arguments: "{}" },
                ],
              },
              { role: "user", text: "A word in between" },
              { role: "tool", callId: "call_b", content: "text of b" },
            ],
          }),
        );

        expect(server.requests[0]?.problem).toBeUndefined();
        expect(JSON.stringify(server.requests[0]?.body)).not.toContain("left the context");
        expect(JSON.stringify(server.requests[0]?.body)).toContain("No result of this call was recorded");
      });

      it("P2: sends back arguments and names that the model got wrong in a form that servers parse", async () => {
        await ask(
          aRequest({
            messages: [
              { role: "user", text: "Go" },
              {
                role: "assistant",
                text: "",
                calls: [
                  { id: "call_a", name: "read file!", arguments: '{"path": oops' },
                  { id: "call_b", name: "", arguments: "" },
                ],
              },
              { role: "tool", callId: "call_a", content: "There is no such tool." },
              { role: "tool", callId: "call_b", content: "There is no such tool." },
            ],
          }),
        );

        expect(server.requests[0]?.problem).toBeUndefined();
      });

      it("sends the key as a bearer token and nothing else to identify itself by", async () => {
        await ask();

        expect(server.requests[0]?.headers["authorization"]).toBe(`Bearer ${fakeKey}`);
        expect(server.requests[0]?.headers).not.toHaveProperty("openai-organization");
      });

      it("sends no key where there is none", async () => {
        model = open({ apiKey: undefined });

        await ask().catch(() => undefined);

        expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
      });

      it("leaves tools out where none are offered", async () => {
        await ask(aRequest({ tools: [] }));

        expect(server.requests[0]?.problem).toBeUndefined();
        expect(server.requests[0]?.body).not.toHaveProperty("tools");
      });

      it("M2: asks once, whatever comes back", async () => {
        await failure(apiError(500, { message: "boom" }));

        expect(server.requests).toHaveLength(1);
      });

      it("uses the fetch it is given", async () => {
        const seen: string[] = [];
        model = open({
          fetch: (input, init) => {
            seen.push(input instanceof Request ? input.url : String(input));
            return fetch(input, init);
          },
        });

        await ask();

        expect(seen).toHaveLength(1);
        expect(seen[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\//);
      });
    });

    describe("refusals of content", () => {
      it("are answers that keep their text", async () => {
        server.reply({ kind: "answer", refusal: "I can't help with that." });

        expect(await ask()).toMatchObject({ text: "I can't help with that.", stop: "refusal" });
      });

      it("may come as a filter that ends the answer", async () => {
        server.reply({ kind: "answer", text: ["Well, "], end: "content_filter" });

        expect(await ask()).toMatchObject({ text: "Well, ", stop: "refusal" });
      });

      it.each(["content_filter", "content_policy_violation", "invalid_prompt"])(
        "may come as the error %s",
        async (code) => {
          server.reply(apiError(400, { message: "flagged", type: "invalid_request_error", code }));

          expect(await ask()).toMatchObject({ text: "", calls: [], stop: "refusal" });
        },
      );
    });

    describe("failures", () => {
      const overflow = [
        [
          400,
          {
            message: "Your input exceeds the context window of this model.",
            code: "context_length_exceeded",
          },
        ],
        [
          400,
          { message: "This model's maximum context length is 32768 tokens, however you requested 40000." },
        ],
        [400, { message: "prompt is too long: 208310 tokens > 200000 maximum" }],
        [
          400,
          {
            message: "request (9000 tokens) exceeds the available context size (8192 tokens)",
            type: "exceed_context_size_error",
          },
        ],
        [500, { message: "the request exceeds the available context size", code: 500 }],
        [413, { message: "Request Entity Too Large" }],
        [
          429,
          {
            message: "Request too large for gpt-5.1 on tokens per min (TPM): Limit 30000, Requested 48000.",
            code: "rate_limit_exceeded",
          },
        ],
      ] as const;
      const table = [
        ...overflow.map(([status, error]) => [status, error, "model.context_overflow", "never"] as const),
        [
          429,
          { message: "You exceeded your current quota", code: "insufficient_quota" },
          "model.quota_exceeded",
          "never",
        ],
        [402, { message: "Insufficient credits" }, "model.quota_exceeded", "never"],
        [429, { message: "Slow down" }, "model.rate_limited", "backoff"],
        [429, { message: "Too many tokens per minute" }, "model.rate_limited", "backoff"],
        [500, { message: "The server had an error" }, "model.unavailable", "backoff"],
        [502, { message: "Bad gateway" }, "model.unavailable", "backoff"],
        [529, { message: "Overloaded" }, "model.unavailable", "backoff"],
        [409, { message: "Conflict" }, "model.unavailable", "backoff"],
        [408, { message: "Request timeout" }, "model.timeout", "backoff"],
        [401, { message: "Incorrect API key provided" }, "model.unauthorized", "never"],
        [403, { message: "Country not supported" }, "model.unauthorized", "never"],
        [
          404,
          { message: "The model `x` does not exist", code: "model_not_found" },
          "model.unknown_model",
          "never",
        ],
        [
          403,
          { message: "Project has no access to model x", code: "model_not_found" },
          "model.unknown_model",
          "never",
        ],
        [400, { message: "The requested model 'x' does not exist" }, "model.unknown_model", "never"],
        [404, { message: "Not Found" }, "model.unknown_model", "never"],
        [400, { message: "Invalid type for 'tools'" }, "model.refused_request", "never"],
        [422, { message: "Unprocessable" }, "model.refused_request", "never"],
      ] as const;

      it.each(table)("%i %j is %s, retry %s", async (status, body, code, retry) => {
        const error = await failure(apiError(status, body));

        expect(error).toMatchObject({ code, retry: { kind: retry } });
      });

      it.each([
        [{ "retry-after": "7" }, 7_000],
        [{ "retry-after": "1.5" }, 1_500],
        [{ "retry-after-ms": "250", "retry-after": "7" }, 250],
        [{ "retry-after": "Mon, 23 Nov 2026 09:00:30 GMT" }, 30_000],
        [{ "retry-after": "Mon, 23 Nov 2026 08:00:00 GMT" }, 0],
      ])("waits after a 429 as %j says", async (headers, ms) => {
        const error = await failure(apiError(429, { message: "Slow down" }, headers));

        expect(error).toMatchObject({ code: "model.rate_limited", retry: { kind: "after", ms } });
      });

      it("waits as the sentence of a 429 says, where no header does", async () => {
        const error = await failure(
          apiError(429, { message: "Rate limit reached. Please try again in 1.2s." }),
        );

        expect(error.retry).toEqual({ kind: "after", ms: 1_200 });
      });

      it("waits after a 503 as it says", async () => {
        const error = await failure(apiError(503, { message: "Maintenance" }, { "retry-after": "60" }));

        expect(error).toMatchObject({ code: "model.unavailable", retry: { kind: "after", ms: 60_000 } });
      });

      it("goes back to back-off where Retry-After makes no sense", async () => {
        const error = await failure(apiError(429, { message: "Slow down" }, { "retry-after": "soon" }));

        expect(error.retry).toEqual({ kind: "backoff" });
      });

      it("M3: cuts an error's body, and still tells by its status", async () => {
        const error = await failure({ kind: "flood", bytes: 20_000_000, status: 500 });

        expect(error.code).toBe("model.unavailable");
        expect(error.message.length).toBeLessThan(1_000);
      });

      it("does not follow a redirect with the key", async () => {
        const error = await failure({
          kind: "raw",
          status: 307,
          headers: { location: `${server.baseUrl}/elsewhere` },
          body: "",
        });

        expect(error).toMatchObject({ code: "model.refused_request", retry: { kind: "never" } });
        expect(server.requests).toHaveLength(1);
      });

      it("reports a server that is not there", async () => {
        model = open({ baseUrl: "http://127.0.0.1:1/v1" });

        const error: unknown = await ask().catch((thrown: unknown) => thrown);

        expect(error).toMatchObject({ code: "model.unavailable", retry: { kind: "backoff" } });
        expect(error).toHaveProperty("message", expect.stringContaining("127.0.0.1:1"));
      });

      it.each([
        [
          "a web page",
          { kind: "raw", status: 200, headers: { "content-type": "text/html" }, body: "<html>Login</html>" },
        ],
        [
          "an empty body",
          { kind: "raw", status: 200, headers: { "content-type": "application/json" }, body: "" },
        ],
        [
          "JSON that is not an answer",
          { kind: "raw", status: 200, headers: { "content-type": "application/json" }, body: '{"hello":1}' },
        ],
        [
          "half a JSON body",
          {
            kind: "raw",
            status: 200,
            headers: { "content-type": "application/json" },
            body: '{"id":"x","choi',
          },
        ],
        ["an empty stream", { kind: "events", data: [] }],
        ["a stream of words", { kind: "events", data: ["hello", "there"] }],
        ["a stream of JSON that is not events", { kind: "events", data: ['"text"', "17"] }],
        ["a stream of foreign objects", { kind: "events", data: ['{"choices":"many","type":7}'] }],
      ] satisfies [string, FakeReply][])("%s is nonsense", async (_what, reply) => {
        const error = await failure(reply);

        expect(error).toMatchObject({ code: "model.nonsense", retry: { kind: "backoff" } });
      });

      it.each(["drop", "end"] as const)(
        "C1: returns nothing of a stream that breaks off (%s)",
        async (next) => {
          const error = await failure({
            kind: "part",
            next,
            events: 3,
            answer: { kind: "answer", text: ["Half", " an", " answer"] },
          });

          expect(error).toMatchObject({ code: "model.unavailable", retry: { kind: "backoff" } });
          expect(error.message).not.toContain("Half");
        },
      );

      it.each([
        [{ error: { message: "Overloaded", code: "server_error" } }, "model.unavailable"],
        [{ error: { message: "Slow down", code: "rate_limit_exceeded" } }, "model.rate_limited"],
        [{ error: { message: "too long", code: "context_length_exceeded" } }, "model.context_overflow"],
        [{ error: { message: "Upstream", code: 502 } }, "model.unavailable"],
        [{ error: "went wrong" }, "model.unavailable"],
      ])("an error inside the stream, %j, is %s", async (data, code) => {
        const error = await failure({ kind: "events", data: [JSON.stringify(data)] });

        expect(error.code).toBe(code);
      });

      it("M3: refuses an endless line", async () => {
        const error = await failure({ kind: "flood", bytes: 100_000_000 });

        expect(error).toMatchObject({ code: "model.too_large", retry: { kind: "backoff" } });
      });

      it("M3: refuses more than the cap, however well-formed", async () => {
        model = open({ byteLimits: { maxBytes: 2_000_000, maxEventBytes: 1_000_000, maxErrorBytes: 1_000 } });

        const error = await failure({ kind: "babble", bytes: 10_000_000 });

        expect(error).toMatchObject({ code: "model.too_large", facts: { limitBytes: 2_000_000 } });
      });

      it("E1: says what was asked of which model where, and what to do, but never the key", async () => {
        const error = await failure(apiError(401, { message: `Incorrect API key provided: ${fakeKey}` }));

        expect(error.message).toContain("gpt-5.1");
        expect(error.message).toContain(new URL(server.baseUrl).host);
        expect(error.message).toContain("OPENAI_API_KEY");
        expect(`${error.message}${JSON.stringify(error.facts)}`).not.toContain(fakeKey);
      });

      it("V1: quotes the server's sentence in a refused request, with keys taken out", async () => {
        const error = await failure(apiError(400, { message: `Unknown parameter 'foo' (key ${fakeKey})` }));

        expect(error.message).toContain("Unknown parameter 'foo'");
        expect(error.message).not.toContain(fakeKey);
      });
    });

    describe("time", () => {
      const heardOf = async (reply: FakeReply): Promise<{ outcome: Promise<unknown> }> => {
        server.reply(reply);
        let heard = 0;
        const outcome = model
          .generate(aRequest(), { signal: new AbortController().signal, onText: () => (heard += 1) })
          .catch((error: unknown) => error);
        await expect.poll(() => heard).toBeGreaterThan(0);
        return { outcome };
      };

      it("M3: gives up when nothing comes for 120 s", async () => {
        server.reply({ kind: "silence" });
        const outcome = ask().catch((error: unknown) => error);
        await expect.poll(() => server.requests.length).toBe(1);

        await clock.advance(119_000);
        expect(clock.pending()).toBeGreaterThan(0);
        await clock.advance(1_000);

        expect(await outcome).toMatchObject({
          code: "model.timeout",
          retry: { kind: "backoff" },
          facts: { timeoutMs: 120_000 },
        });
      });

      it("M3: gives up when the answer falls silent for 60 s", async () => {
        const { outcome } = await heardOf({
          kind: "part",
          next: "stall",
          events: 2,
          answer: { kind: "answer", text: ["Well", "…"] },
        });

        await clock.advance(60_000);

        expect(await outcome).toMatchObject({ code: "model.timeout", facts: { timeoutMs: 60_000 } });
      });

      it("M3: gives up after 15 minutes in all", async () => {
        model = open({ timeouts: { firstOutputMs: 900_000_000, idleMs: 900_000_000, totalMs: 900_000 } });
        const { outcome } = await heardOf({
          kind: "part",
          next: "stall",
          events: 2,
          answer: { kind: "answer", text: ["Well", "…"] },
        });

        await clock.advance(900_000);

        expect(await outcome).toMatchObject({ code: "model.timeout", facts: { timeoutMs: 900_000 } });
      });

      it("M3: ends in time even if fetch ignores its signal", async () => {
        let asked = 0;
        model = open({
          fetch: () => {
            asked += 1;
            return new Promise(() => undefined);
          },
        });
        const outcome = ask().catch((error: unknown) => error);
        await expect.poll(() => asked).toBe(1);

        await clock.advance(120_000);

        expect(await outcome).toMatchObject({ code: "model.timeout" });
      });

      it("leaves no timer behind", async () => {
        await ask();
        await failure(apiError(500, { message: "boom" }));

        expect(clock.pending()).toBe(0);
      });

      it("ends at once when it is told to, and lets go of the connection", async () => {
        const control = new AbortController();
        server.reply({
          kind: "part",
          next: "stall",
          events: 2,
          answer: { kind: "answer", text: ["Well", "…"] },
        });
        let heard = 0;
        const outcome = model
          .generate(aRequest(), { signal: control.signal, onText: () => (heard += 1) })
          .catch((error: unknown) => error);
        await expect.poll(() => heard).toBeGreaterThan(0);

        control.abort();

        expect(await outcome).toMatchObject({ code: "model.aborted", retry: { kind: "never" } });
        await expect.poll(() => server.abandoned()).toBe(1);
        expect(clock.pending()).toBe(0);
      });

      it("asks nothing when it was told to stop before", async () => {
        const error: unknown = await ask(aRequest(), AbortSignal.abort()).catch((thrown: unknown) => thrown);

        expect(error).toMatchObject({ code: "model.aborted" });
        expect(server.requests).toHaveLength(0);
      });
    });
  });
}
