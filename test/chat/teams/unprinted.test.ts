import { setImmediate } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { unprinted } from "../../../src/chat/teams/inbound/unprinted.ts";

describe("chat/teams/unprinted", () => {
  it("drops what is printed inside, however late, and nothing else", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
    // oxlint-disable no-console -- it is what this is about
    const printing = async (words: string): Promise<string> => {
      console.error(words, 1);
      await setImmediate();
      console.error(words, 2);
      return words;
    };
    const said = await Promise.all([
      unprinted(() => printing("inside")),
      printing("outside"),
      unprinted(() => printing("inside, too")),
    ]);
    const printed = print.mock.calls.splice(0);

    expect(said).toEqual(["inside", "outside", "inside, too"]);
    expect(printed).toEqual([
      ["outside", 1],
      ["outside", 2],
    ]);
  });
});
