import { describe, expect, it } from "vitest";
import { byteSize } from "../../src/chat/byte-size.ts";

describe("chat/byte-size", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1 KB"],
    [12_345, "12 KB"],
    [999_499, "999 KB"],
    [999_500, "1.0 MB"],
    [3_440_000, "3.4 MB"],
  ])("says %i bytes as %s", (bytes, said) => {
    expect(byteSize(bytes)).toBe(said);
  });
});
