import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../src/config/duration.ts";

describe("config/duration", () => {
  it.each([
    ["90s", undefined, 90_000],
    ["30m", undefined, 1_800_000],
    ["24h", undefined, 86_400_000],
    ["1.5h", undefined, 5_400_000],
    ["250ms", undefined, 250],
    ["7 d", undefined, 604_800_000],
    ["2w", undefined, 1_209_600_000],
    ["1y", undefined, 31_536_000_000],
    ["15", "m", 900_000],
    ["15s", "m", 15_000],
    ["15", undefined, undefined],
    ["-5s", "s", undefined],
    ["5 minutes", "s", undefined],
    ["1e3", "s", undefined],
    ["", "s", undefined],
    ["999999999999y", "s", undefined],
  ] as const)("reads %j in unit %j as %j", (text, unit, ms) => {
    expect(parseDuration(text, unit)).toBe(ms);
  });

  it("reads what it writes", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
