import { describe, expect, it } from "vitest";
import { usdInWords } from "../../src/domain/budget.ts";

describe("domain/budget usdInWords", () => {
  it.each([
    [0.42, undefined, "0.42 USD"],
    [0.42, 5, "0.42 of 5.00 USD"],
    [0.0021, undefined, "under 0.01 USD"],
    [0.0021, 2, "under 0.01 of 2.00 USD"],
    [0.005, undefined, "0.01 USD"],
    [0, 5, "0.00 of 5.00 USD"],
  ])("says %d of %s as %s", (usd, cap, words) => {
    expect(usdInWords(usd, cap)).toBe(words);
  });
});
