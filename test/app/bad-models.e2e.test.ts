// Models that misbehave, each in a conversation of its own and all in one process: whatever a model does, its
// conversation ends in a clear message, loses nothing, and holds up no other.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FakeAnswer, FakeReply } from "../fakes/fake-openai.ts";
import { finishes, type Product, says, startProduct, uses } from "./product.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

const times = (count: number, reply: FakeReply): FakeReply[] => Array.from({ length: count }, () => reply);
const empty: FakeAnswer = { kind: "answer", text: [] };
const status = (code: number, headers: Readonly<Record<string, string>> = {}): FakeReply => ({
  kind: "raw",
  status: code,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify({ error: { message: "The server had an error.", type: "server_error" } }),
});
const webPage: FakeReply = {
  kind: "raw",
  status: 200,
  headers: { "content-type": "text/html" },
  body: "<!doctype html><title>Sign in</title>",
};

const hopeless: readonly (readonly [what: string, replies: readonly FakeReply[], sentence: RegExp])[] = [
  ["says nothing", times(3, empty), /the model gave an empty answer three times in a row/],
  [
    "sends garbage",
    times(3, { kind: "events", data: ['{"choices":[{"del'] }),
    /answers that I could not read/,
  ],
  ["is a web page", times(3, webPage), /answers that I could not read/],
  [
    "sends 110 MB in one line",
    times(3, { kind: "flood", bytes: 110_000_000 }),
    /an answer far too large to use/,
  ],
  ["refuses the key", [status(401)], /refused our key.*OPENAI_API_KEY/],
  ["declines", [{ kind: "answer", refusal: "I can't help with that." }], /the model declined to do this/],
  ["repeats one act for ever", times(12, uses(["list_files", {}])), /I kept repeating the same act/],
];

describe("app: a model that misbehaves", () => {
  it.concurrent.each(hopeless)(
    "I14: fails with a sentence when it %s, and can be asked again",
    async (what, replies, sentence) => {
      const { people, model } = product;
      model.replyTo(what, ...replies, says(`Now it went well: ${what}.`));

      const thread = await people.ana.asks(`@deputy deal with a model that ${what}`);
      const failed = await thread.post("result");
      await people.ana.clicks(failed, "Start over");
      const retried = await thread.post("result", 2);

      expect(failed.body.outcome).toBe("failed");
      expect(failed.body.text).toMatch(sentence);
      expect(failed.body.text).toContain("Files made so far are kept");
      expect(retried.body).toMatchObject({ outcome: "done", text: `Now it went well: ${what}.` });
    },
  );
});

const passing: readonly (readonly [what: string, replies: readonly FakeReply[]])[] = [
  ["limits the rate", [status(429, { "retry-after": "1" })]],
  ["is out of order twice", times(2, status(500))],
  [
    "drops the connection",
    [{ kind: "part", events: 2, next: "drop", answer: says("half of an ans", "wer") }],
  ],
  ["misspells a tool", [uses(["raed_file", { path: "x" }])]],
  [
    "writes no JSON",
    [{ kind: "answer", calls: [{ id: "call_bad", name: "read_file", arguments: "{path:" }] }],
  ],
  [
    "asks for what is not there",
    [uses(["read_file", { path: "../../etc/passwd" }], ["read_file", { path: "nothing.txt" }])],
  ],
];

describe("app: a model that stumbles", () => {
  it.concurrent.each(passing)("goes on after it %s, as if nothing had been", async (what, replies) => {
    const { people, model } = product;
    model.replyTo(what, ...replies, finishes(`All well: ${what}.`));

    const thread = await people.bo.asks(`@deputy deal with a model that ${what}`);
    const result = await thread.post("result");

    expect(result.body).toMatchObject({ outcome: "done", text: `All well: ${what}.` });
    expect(thread.posts("result")).toHaveLength(1);
  });
});

describe("app: a model that hangs", () => {
  it.concurrent("I3: holds up nobody else", async () => {
    const { people, model } = product;
    model.replyTo("never answers", { kind: "silence" });
    model.replyTo("somebody else", finishes("Somebody else has an answer."));

    const hanging = await people.ada.asks("@deputy wait for a model that never answers");
    const other = await people.ada.asks("@deputy meanwhile, work for somebody else");
    const result = await other.post("result");

    expect(result.body.text).toBe("Somebody else has an answer.");
    expect(hanging.posts("result")).toEqual([]);
  });

  it("leaves no fault of ours in the log", () => {
    expect(product.log.filter((line) => line.level === "error")).toEqual([]);
  });
});
