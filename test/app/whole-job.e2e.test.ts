// The whole job on each API of a model service, with a real HTTP server that checks requests as strictly as OpenAI does.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messagesOf } from "../fakes/fake-openai.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

const csv = "region,revenue\nnorth,120\nsouth,80\n";
const usage = { input: 40_000, cached: 0, output: 1_000, reasoning: 0 };

const plan = (states: readonly string[]): object => ({
  title: "Summarise sales.csv",
  steps: ["Read the file", "Ask about discounts", "Write the report"].map((text, at) => ({
    text,
    state: states[at],
  })),
});

const job = [
  uses(["set_plan", plan(["doing", "todo", "todo"])]),
  uses(["read_file", { path: "inbox/sales.csv" }], ["list_files", {}]),
  uses(["ask_person", { question: "With or without discounts?", options: ["With", "Without"] }]),
  uses(["set_plan", plan(["done", "done", "doing"])]),
  uses(["write_file", { path: "report.md", content: "# Sales\n\nTotal 200, without discounts.\n" }]),
  finishes("Total revenue is 200.", "report.md"),
].map((answer) => ({ ...answer, usage }));

describe.each(["responses", "chat"])("app: the whole job on the %s API", (api) => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct({ env: { DEPUTY_MODEL_API: api, DEPUTY_MODEL: "gpt-5.1" } });
  });
  afterAll(() => product.stop());

  it("shows one card, one question and one result with the file, from valid requests", async () => {
    const { people, model, room, log } = product;
    model.reply(...job);

    const files = [{ name: "sales.csv", content: Buffer.from(csv) }];
    const thread = await people.ana.asks("@deputy summarise this", { files });
    const question = await thread.post("attention");
    const done = await people.ana.clicks(question, "Without");
    const result = await thread.post("result");

    expect(done.delivered).toBe(true);
    expect(question.body).toMatchObject({ text: "With or without discounts?", about: "question" });
    expect(result.body).toMatchObject({ outcome: "done", text: "Total revenue is 200." });
    expect(result.body.files.map((file) => file.name)).toEqual(["report.md"]);
    const [attached] = result.files;
    const { content } = await room.fileContent(attached?.id ?? "");
    expect(content.toString()).toContain("Total 200, without discounts.");
    const card = await thread.post("card", 1, (body) => body.state === "Done");
    expect(card.editedAt).toBeGreaterThan(card.sentAt);
    expect(thread.posts("card")).toHaveLength(1);
    const decided = await thread.post("attention", 1, (body) => body.decided !== undefined);
    expect(decided.body.decided).toContain("Ana: Without");
    expect(thread.posts("attention")).toHaveLength(1);
    expect(thread.posts("result")).toHaveLength(1);

    expect(model.requests.map((request) => request.problem)).toEqual(job.map(() => undefined));
    const last = messagesOf(model.requests.at(-1)?.body ?? {});
    expect(last).toContain("north,120");
    expect(last).toContain("Without");
    expect(log).toEqual([]);
  });

  it("states what it cost, from the tokens that the service counted", async () => {
    const [run] = await product.app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));

    expect(run?.spent).toMatchObject({ inputTokens: 240_000, outputTokens: 6_000, usdMicros: 360_000 });
    expect(JSON.stringify(product.room.history("sales"))).toMatch(/Asked by Ana · took \d+ s · 0\.36 USD/);
  });
});
