// A1: counting ASCII by ourselves changes no number.

import fc from "fast-check";
import { estimateTokenCount } from "tokenx";
import { describe, expect, it } from "vitest";
import { countAscii } from "../../src/model/ascii-tokens.ts";
import { languageConfigs } from "../../src/model/tokens.ts";

const words = [
  "the",
  "Deputy",
  "WARNING",
  "don't",
  "''",
  "run_01jd8k3",
  "9f86d08",
  "120934",
  "a\u0001b",
  "'tis",
  "\u0000",
];
const gaps = [" ", "\n", "\n\n", "\n  ", " \n", "\t", ", ", "...", "=>", "-", "(", ");\n", "\r\n", "\u001c"];
const pieces = fc.array(fc.constantFrom(...words, ...gaps), { maxLength: 30 }).map((some) => some.join(""));
const characters = fc.string({ unit: "binary-ascii", maxLength: 200 });

describe("countAscii", () => {
  it("A1: gives the number that tokenx gives, for any ASCII text", () => {
    fc.assert(
      fc.property(fc.oneof(pieces, characters), (text) => {
        expect(countAscii(text)).toBe(estimateTokenCount(text, { languageConfigs }));
      }),
      { numRuns: 2_000 },
    );
  });
});
