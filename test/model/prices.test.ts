import { describe, expect, it } from "vitest";
import { costMicros, priced } from "../../src/model/prices.ts";

const usage = (inputTokens: number, cachedTokens: number, outputTokens: number) => ({
  inputTokens,
  cachedTokens,
  outputTokens,
});

describe("model/prices", () => {
  it("charges input, cached input and output at their own rates, in millionths of a dollar", () => {
    expect(costMicros("gpt-5.1", usage(1_000_000, 0, 0))).toBe(1_250_000);
    expect(costMicros("gpt-5.1", usage(1_000_000, 1_000_000, 0))).toBe(125_000);
    expect(costMicros("gpt-5.1", usage(0, 0, 1_000_000))).toBe(10_000_000);
  });

  it("charges a dated snapshot as its model", () => {
    expect(costMicros("gpt-5-mini-2025-08-07", usage(0, 0, 1_000))).toBe(2_000);
  });

  it("rounds a part of a millionth up, and exact sums not at all", () => {
    expect(costMicros("gpt-5-nano", usage(1, 0, 0))).toBe(1);
    expect(costMicros("gpt-4o-mini", usage(100, 0, 10))).toBe(21);
  });

  it.each(["gpt-9", "", "constructor", "my-gpt-5.1"])("has no price for %j", (model) => {
    expect(costMicros(model, usage(10, 0, 10))).toBeUndefined();
    expect(priced(model, usage(10, 0, 10))).not.toHaveProperty("usdMicros");
  });

  it("never charges more cached tokens than there were", () => {
    expect(costMicros("gpt-5.1", usage(1_000_000, 5_000_000, 0))).toBe(125_000);
  });
});
