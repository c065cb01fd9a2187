import { describe, expect, it } from "vitest";
import { nextWorkingMorning, type QuietHours, quietUntil } from "../../src/domain/quiet-hours.ts";

const nights: QuietHours = { from: "18:00", to: "09:00", weekends: true };
const prague = "Europe/Prague";
const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

describe("domain/quiet-hours", () => {
  it.each([
    ["a working afternoon", "2026-11-24T14:00:00Z", undefined],
    ["an evening", "2026-11-24T17:00:00Z", "2026-11-25T08:00:00.000Z"],
    ["the small hours", "2026-11-25T02:00:00Z", "2026-11-25T08:00:00.000Z"],
    ["the minute before it is over", "2026-11-25T07:59:59Z", "2026-11-25T08:00:00.000Z"],
    ["the minute in which it is over", "2026-11-25T08:00:00Z", undefined],
    ["a Friday evening", "2026-11-27T20:00:00Z", "2026-11-30T08:00:00.000Z"],
    ["a Sunday noon", "2026-11-29T11:00:00Z", "2026-11-30T08:00:00.000Z"],
  ])("knows when it is over on %s", (_what, now, until) => {
    expect(iso(quietUntil(nights, at(now), prague))).toBe(until);
  });

  it.each([
    ["forward", "2027-03-27T20:00:00Z", "2027-03-29T07:00:00.000Z"],
    ["back", "2026-10-24T20:00:00Z", "2026-10-26T08:00:00.000Z"],
  ])("QH1: ends at the same wall time when the clock goes %s", (_how, now, until) => {
    expect(iso(quietUntil(nights, at(now), prague))).toBe(until);
  });

  it("QH1: counts the night of a clock change by the wall", () => {
    const hours = { from: "01:00", to: "02:30", weekends: false };
    // 02:30 is skipped on 28 March 2027 in Prague, and comes twice on 25 October 2026.
    expect(iso(quietUntil(hours, at("2027-03-28T00:30:00Z"), prague))).toBe("2027-03-28T01:30:00.000Z");
    expect(iso(quietUntil(hours, at("2026-10-24T23:30:00Z"), prague))).toBe("2026-10-25T00:30:00.000Z");
  });

  it("is not quiet on weekends where they are not named, and never where both times are one", () => {
    expect(quietUntil({ ...nights, weekends: false }, at("2026-11-28T12:00:00Z"), prague)).toBeUndefined();
    const none = { from: "00:00", to: "00:00", weekends: false };
    expect(quietUntil(none, at("2026-11-28T00:00:00Z"), prague)).toBeUndefined();
  });

  it("may lie within a day", () => {
    const siesta = { from: "13:00", to: "15:00", weekends: false };
    expect(iso(quietUntil(siesta, at("2026-11-24T12:30:00Z"), prague))).toBe("2026-11-24T14:00:00.000Z");
    expect(quietUntil(siesta, at("2026-11-24T15:30:00Z"), prague)).toBeUndefined();
  });

  it.each([undefined, "Mars/Olympus"])("QH2: counts zone %s as UTC", (zone) => {
    expect(iso(quietUntil(nights, at("2026-11-24T17:59:00Z"), zone))).toBeUndefined();
    expect(iso(quietUntil(nights, at("2026-11-24T18:00:00Z"), zone))).toBe("2026-11-25T09:00:00.000Z");
  });

  it.each([
    ["in the evening", "2026-11-24T19:00:00Z", "2026-11-25T08:00:00.000Z"],
    ["just before the morning", "2026-11-25T07:50:00Z", "2026-11-26T08:00:00.000Z"],
    ["on Friday", "2026-11-27T10:00:00Z", "2026-11-30T08:00:00.000Z"],
    ["on the eve of a clock change", "2027-03-26T16:00:00Z", "2027-03-29T07:00:00.000Z"],
  ])("reminds on the next working morning of what was asked %s", (_when, now, morning) => {
    expect(iso(nextWorkingMorning(nights, at(now), prague))).toBe(morning);
    expect(iso(nextWorkingMorning(undefined, at(now), prague))).toBe(morning);
  });
});
