import { describe, expect, it } from "vitest";
import { applyEdits, areEditsMade } from "../../src/tools/text-edits.ts";

const edit = (old: string, replacement: string) => ({ old, new: replacement });

describe("tools/text-edits", () => {
  it.each([
    ["abc", [edit("b", "x")], "axc"],
    ["a b c", [edit("c", "a"), edit("a", "c")], "c b a"],
    ["ab", [edit("a", ""), edit("b", "$& $1")], "$& $1"],
    ["a\r\nb\r\nc\r\n", [edit("a\nb", "x\ny\nz")], "x\r\ny\r\nz\r\nc\r\n"],
    ["a\r\nb\nc", [edit("b\nc", "x")], "a\r\nx"],
  ])("edits %j", (text, edits, edited) => {
    expect(applyEdits(text, edits)).toEqual({ kind: "edited", text: edited });
  });

  it.each([
    ["abc", [edit("x", "y")], /does not occur/],
    ["aaa", [edit("aa", "y")], /occurs 2 times/],
    ["a".repeat(5000), [edit("a", "y")], /occurs 1000 times or more/],
    ["abcd", [edit("abc", "x"), edit("bcd", "y")], /overlap/],
    ["abc", [edit("b", "b")], /are the same/],
  ])("refuses to edit %j", (text, edits, problem) => {
    expect(applyEdits(text, edits)).toEqual({ kind: "refused", problem: expect.stringMatching(problem) });
  });

  it.each([
    ["before", "foo", [edit("foo", "bar")], false],
    ["after", "bar", [edit("foo", "bar")], true],
    ["after a deletion", "ab", [edit("x", "")], true],
    ["before a deletion", "axb", [edit("x", "")], false],
    ["before, where the new text holds the old", "foo", [edit("foo", "foobar")], false],
    ["either, where the new text holds the old", "foobar", [edit("foo", "foobar")], undefined],
    ["before, where the old text holds the new", "foobar", [edit("foobar", "bar")], false],
    ["after, where the old text holds the new", "bar", [edit("foobar", "bar")], true],
    ["neither", "something else", [edit("foo", "bar")], undefined],
    ["half", "bar two", [edit("foo", "bar"), edit("two", "2")], undefined],
  ])("I5: judges a text %s", (_when, text, edits, made) => {
    expect(areEditsMade(text, edits)).toBe(made);
  });
});
