import { describe, expect, it } from "vitest";
import type { ModelMessage, ModelRequest } from "../../../src/model/contract.ts";
import { createScriptedModel } from "../../../src/model/scripted/scripted-model.ts";

const model = createScriptedModel();
const generate = (changes: Partial<ModelRequest> = {}, signal = new AbortController().signal) =>
  model.generate(
    {
      model: "scripted",
      purpose: "work",
      instructions: "",
      messages: [{ role: "user", text: "Ana asks:\n\nremember that tea is green" }],
      tools: ["remember", "finish"].map((name) => ({
        name,
        description: "",
        parameters: { type: "object" },
      })),
      maxOutputTokens: 1_000,
      ...changes,
    },
    { signal },
  );

describe("model/scripted/scripted-model", () => {
  it("U2: says that it is scripted", () => {
    expect(model).toMatchObject({ name: "scripted", scripted: true });
  });

  it("counts no tokens and costs nothing", async () => {
    expect((await generate()).usage).toEqual({
      inputTokens: 0,
      cachedTokens: 0,
      outputTokens: 0,
      usdMicros: 0,
    });
  });

  it("U1: gives calls the same ids for the same messages, and other ids at the next turn", async () => {
    const first = await generate();
    const messages: ModelMessage[] = [
      { role: "user", text: "Ana asks:\n\nremember that tea is green" },
      { role: "assistant", text: first.text, calls: first.calls },
      { role: "tool", callId: first.calls[0]?.id ?? "", content: "Remembered." },
    ];

    expect(await generate()).toEqual(first);
    const next = await generate({ messages });
    expect(next.calls[0]?.name).toBe("finish");
    expect(next.calls[0]?.id).not.toBe(first.calls[0]?.id);
  });

  it("ends when it is told to", async () => {
    await expect(generate({}, AbortSignal.abort())).rejects.toMatchObject({ code: "model.aborted" });
  });

  it("ends in plain words when no tool is on offer", async () => {
    const answer = await generate({ tools: [] });

    expect(answer).toMatchObject({ calls: [], stop: "end" });
    expect(answer.text).toContain("remember can't be used any more");
  });

  it("passes its words on as they come", async () => {
    const heard: string[] = [];
    const answer = await model.generate(
      {
        model: "s",
        purpose: "work",
        instructions: "",
        messages: [{ role: "user", text: "?" }],
        tools: [],
        maxOutputTokens: 9,
      },
      { signal: new AbortController().signal, onText: (delta) => heard.push(delta) },
    );

    expect(heard.join("")).toBe(answer.text);
  });

  it("distils check-ins and files from a record, and again from its own answer", async () => {
    const record = [
      "## Person\n\nAna asks:\n\nSummarise",
      '## deputy\n\n\n- calls set_plan {"title":"T","steps":[]}',
      "### Result of c1\n\nThe plan is on the card.",
      '## deputy\n\n\n- calls check_in {"text":"1,240 rows read"}\n- calls ask_person {"question":"Which?"}',
      '### Result of c3\n\n{"answer":"After","by":"x","via":"button"}',
      '## deputy\n\n\n- calls write_file {"path":"report.md","content":"…"}',
    ].join("\n\n");

    const { text, calls } = await generate({
      purpose: "distil",
      messages: [{ role: "user", text: record }],
      tools: [],
    });

    expect(calls).toEqual([]);
    expect(text.split("\n")).toEqual([
      "## Facts",
      '- Told to the person: {"text":"1,240 rows read"}',
      "- File written: report.md",
    ]);
    const again = await generate({ purpose: "distil", messages: [{ role: "user", text }], tools: [] });
    expect(again.text).toBe(text);
  });

  it("distils a record of nothing to nothing", async () => {
    expect((await generate({ purpose: "distil", messages: [] })).text).toBe("");
  });
});
