import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fit, fitLabel, fitLine } from "../../../src/chat/prose/fit-text.ts";

describe("chat/prose/fit-text", () => {
  it("FT1: is never longer than its limit, and well-formed", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        (text, limit) => {
          for (const short of [fit(text, limit), fitLine(text, limit)]) {
            expect(short.length).toBeLessThanOrEqual(limit);
            expect(short.isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });

  it("FT2: cuts between words where there are some, and never inside a character", () => {
    expect(fit("one two three", 9)).toBe("one two…");
    expect(fit("👩‍💻👩‍💻👩‍💻", 11)).toBe("👩‍💻👩‍💻…");
    expect(fit("abc", 3)).toBe("abc");
  });

  it("puts a word where nothing is to be seen", () => {
    expect(["", " \n", "\u200b", "\u3164"].map((text) => fitLabel(text, 10, "Choose"))).toEqual(
      Array(4).fill("Choose"),
    );
    expect(fitLabel("a\n b", 10, "Choose")).toBe("a b");
  });
});
