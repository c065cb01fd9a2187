import { describe, expect, it } from "vitest";
import { givenAddresses } from "../../src/chat/given-addresses.ts";

describe("chat/given-addresses", () => {
  it.each([
    ["bare", "see https://docs.example/a?b=1 please", ["https://docs.example/a?b=1"]],
    ["at the end of a sentence", "see https://docs.example/a.", ["https://docs.example/a"]],
    ["in Markdown", "[the plan](https://docs.example/a)", ["https://docs.example/a"]],
    ["in pointed brackets", "<https://docs.example/a>", ["https://docs.example/a"]],
    ["as Slack writes it", "<https://docs.example/a|the plan>", ["https://docs.example/a"]],
    ["written otherwise", "HTTPS://Docs.Example:443/x/../a", ["https://docs.example/a"]],
    ["twice", "https://docs.example/a https://docs.example/a", ["https://docs.example/a"]],
    ["with a password", "https://ana:secret@docs.example/a", []],
    ["of another kind", "javascript:alert(1) ftp://docs.example/a docs.example/a", []],
  ])("OUT-2: finds an address %s", (_how, text, expected) => {
    expect([...givenAddresses([text])]).toEqual(expected);
  });
});
