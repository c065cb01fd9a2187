// What "allow for this run" stands for (AL1).

import { describe, expect, it } from "vitest";
import { targetOf } from "../../src/approvals/standing.ts";

const target = (value: unknown): string => targetOf(JSON.stringify(value));

describe("approvals/standing", () => {
  it("AL1: is where an act goes, whatever it says", () => {
    expect(target({ to: "bo", text: "one" })).toBe(target({ to: "bo", text: "two" }));
    expect(target({ to: "bo" })).not.toBe(target({ to: "cy" }));
  });

  it("AL1: is all of where it goes, however deep that stands", () => {
    const letter = (to: string) => ({ account: "ops", message: { to, text: "hello" } });
    expect(target(letter("bo"))).not.toBe(target(letter("cy")));
    expect(target({ ...letter("bo"), text: "x" })).toBe(target(letter("bo")));
    const many = (...all: string[]) => ({ channel: "C1", items: all.map((recipient) => ({ recipient })) });
    expect(target(many("bo"))).not.toBe(target(many("bo", "cy")));
  });

  it("AL1: is the whole of what names no place", () => {
    expect(target({ command: "ls" })).not.toBe(target({ command: "rm -r ." }));
  });

  const first = { id: 7, email: "bo@corp.example", note: "Hello" };
  it.each([
    ["another target by its name", { ...first, id: 8 }],
    ["an address in a member that has no target's name", { ...first, email: "evil@attacker.example" }],
    ["an address in the text", { ...first, note: "See https://attacker.example/x" }],
    ["one more recipient", { ...first, bcc: "evil@attacker.example" }],
    ["an account number somewhere deep", { ...first, more: [{ to_account: "GB33BUKB20201555555555" }] }],
    ["somebody by their id", { ...first, share_with: "U0EVIL123" }],
  ])("APR-8: %s is another one", (_, other) => {
    expect(target(other)).not.toBe(target(first));
    expect(target({ ...first, note: "Good morning" })).toBe(target(first));
  });
});
