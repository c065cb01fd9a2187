import { describe, expect, it } from "vitest";
import type { ModelMessage } from "../../src/model/contract.ts";
import { wellFormed } from "../../src/model/well-formed.ts";

const call = (id: string, args = "{}"): ModelMessage => ({
  role: "assistant",
  text: "",
  calls: [{ id, name: "read_file", arguments: args }],
});
const result = (callId: string, content: string): ModelMessage => ({ role: "tool", callId, content });

describe("model/well-formed", () => {
  it("P1: puts each result to its call, wherever it stands", () => {
    const { turns, dropped, unanswered } = wellFormed([
      call("a"),
      { role: "user", text: "in between" },
      result("a", "text"),
    ]);

    expect(turns).toMatchObject([
      { role: "assistant", calls: [{ id: "a", result: "text" }] },
      { role: "user", text: "in between" },
    ]);
    expect({ dropped, unanswered }).toEqual({ dropped: 0, unanswered: 0 });
  });

  it("P1: answers the newer of two calls with one id first", () => {
    const { turns } = wellFormed([call("a"), result("a", "one"), call("a"), result("a", "two")]);

    expect(turns).toMatchObject([{ calls: [{ result: "one" }] }, { calls: [{ result: "two" }] }]);
  });

  it("P1: counts what it left out and what it filled in", () => {
    const { dropped, unanswered } = wellFormed([
      result("gone", "x"),
      call("a"),
      result("a", "1"),
      result("a", "2"),
      call("b"),
    ]);

    expect({ dropped, unanswered }).toEqual({ dropped: 2, unanswered: 1 });
  });

  it.each([
    ["", "{}"],
    ["  ", "{}"],
    ['{"a":1}', '{"a":1}'],
    ['{"a":', '{"malformed_arguments":"{\\"a\\":"}'],
    ["[1]", '{"malformed_arguments":"[1]"}'],
    ["null", '{"malformed_arguments":"null"}'],
  ])("P2: sends the arguments %j as %s", (given, sent) => {
    expect(wellFormed([call("a", given), result("a", "x")]).turns).toMatchObject([
      { calls: [{ arguments: sent }] },
    ]);
  });

  it.each([
    ["read file!", "read_file_"],
    ["", "unnamed_tool"],
    ["x".repeat(100), "x".repeat(64)],
  ])("P2: sends the name %j as %s", (name, sent) => {
    const { turns } = wellFormed([
      { role: "assistant", text: "", calls: [{ id: "a", name, arguments: "{}" }] },
    ]);

    expect(turns).toMatchObject([{ calls: [{ name: sent }] }]);
  });

  it("leaves out a message that says and calls nothing", () => {
    expect(wellFormed([{ role: "assistant", text: "", calls: [] }]).turns).toEqual([]);
  });
});
