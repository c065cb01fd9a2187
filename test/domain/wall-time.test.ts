import { describe, expect, it } from "vitest";
import { isTimeZone, nextTime, nextTimes, readWallTime } from "../../src/domain/wall-time.ts";

const prague = "Europe/Prague";
const ms = (iso: string): number => Date.parse(iso);
const now = ms("2027-01-01T00:00:00Z");

function times(when: string, after: string, count = 3, timeZone = prague): string[] {
  return nextTimes({ when, timeZone }, ms(after), count).map((at) => new Date(at).toISOString());
}

function problem(when: string, timeZone = prague): string {
  const read = readWallTime({ when, timeZone }, now);
  return read.kind === "invalid" ? read.problem : "";
}

describe("domain/wall-time", () => {
  describe("clock changes", () => {
    it("SC1: keeps nine o'clock at nine o'clock", () => {
      expect(times("0 9 * * *", "2027-03-27T00:00:00Z")).toEqual([
        "2027-03-27T08:00:00.000Z",
        "2027-03-28T07:00:00.000Z",
        "2027-03-29T07:00:00.000Z",
      ]);
      expect(times("0 9 * * *", "2027-10-30T00:00:00Z")).toEqual([
        "2027-10-30T07:00:00.000Z",
        "2027-10-31T08:00:00.000Z",
        "2027-11-01T08:00:00.000Z",
      ]);
    });

    it("WT1: comes once, right after the gap, for a time that the spring skips", () => {
      expect(times("30 2 * * *", "2027-03-27T12:00:00Z")).toEqual([
        "2027-03-28T01:00:00.000Z",
        "2027-03-29T00:30:00.000Z",
        "2027-03-30T00:30:00.000Z",
      ]);
    });

    it("WT1: comes once, the first time, for a time that the autumn repeats", () => {
      expect(times("30 2 * * *", "2027-10-30T12:00:00Z")).toEqual([
        "2027-10-31T00:30:00.000Z",
        "2027-11-01T01:30:00.000Z",
        "2027-11-02T01:30:00.000Z",
      ]);
    });

    it("WT1: counts several times of day as times of day", () => {
      expect(times("30 2,14 * * *", "2027-10-30T20:00:00Z")).toEqual([
        "2027-10-31T00:30:00.000Z",
        "2027-10-31T13:30:00.000Z",
        "2027-11-01T01:30:00.000Z",
      ]);
    });

    it("WT1: follows the real hours for a rhythm", () => {
      expect(times("0 * * * *", "2027-10-30T23:30:00Z")).toEqual([
        "2027-10-31T00:00:00.000Z",
        "2027-10-31T01:00:00.000Z",
        "2027-10-31T02:00:00.000Z",
      ]);
    });

    it("puts a single time on the same rules", () => {
      const at = (when: string): string | undefined => times(when, "2027-01-01T00:00:00Z")[0];

      expect(at("2027-03-28T02:30")).toBe("2027-03-28T01:30:00.000Z");
      expect(at("2027-10-31T02:30")).toBe("2027-10-31T00:30:00.000Z");
      expect(at("2027-07-01T09:00")).toBe("2027-07-01T07:00:00.000Z");
    });

    it.each([
      ["America/New_York", "30 1 * * *", "2027-11-07T05:30:00.000Z"],
      ["Australia/Lord_Howe", "45 1 * * *", "2027-04-03T14:45:00.000Z"],
    ])("WT1: knows the clocks of %s", (timeZone, when, expected) => {
      const day = 86_400_000;
      const around = nextTimes({ when, timeZone }, ms(expected) - day / 2, 2);

      expect(around.map((at) => new Date(at).toISOString())[0]).toBe(expected);
      expect((around[1] ?? 0) - ms(expected)).toBeGreaterThan(day);
    });
  });

  it("skips months that have no such day", () => {
    expect(times("0 12 31 * *", "2027-01-31T12:00:00Z")).toEqual([
      "2027-03-31T10:00:00.000Z",
      "2027-05-31T10:00:00.000Z",
      "2027-07-31T10:00:00.000Z",
    ]);
    expect(times("0 12 29 2 *", "2027-01-01T12:00:00Z", 1)).toEqual(["2028-02-29T11:00:00.000Z"]);
  });

  it("finds the last day of each month", () => {
    expect(times("0 12 L * *", "2027-01-31T12:00:00Z", 2)).toEqual([
      "2027-02-28T11:00:00.000Z",
      "2027-03-31T10:00:00.000Z",
    ]);
  });

  it("gives what comes after a moment, not at it", () => {
    const nine = ms("2027-03-29T07:00:00Z");

    expect(nextTime({ when: "0 9 * * *", timeZone: prague }, nine)).toBe(nine + 86_400_000);
    expect(nextTime({ when: "0 9 * * *", timeZone: prague }, nine - 1)).toBe(nine);
    expect(nextTime({ when: "2027-03-29T09:00", timeZone: prague }, nine)).toBeUndefined();
  });

  describe("readWallTime", () => {
    const read = (when: string, timeZone = prague) => readWallTime({ when, timeZone }, now);

    it.each([
      ["  0   9 * * 1-5 ", "0 9 * * 1-5"],
      ["@daily", "0 0 * * *"],
      ["*/10 * * * *", "*/10 * * * *"],
      ["2027-01-31T09:00", "2027-01-31T09:00"],
      ["2027-01-31 09:00:00", "2027-01-31T09:00"],
      ["2027-07-01T09:00:00Z", "2027-07-01T11:00"],
      ["2027-07-01T09:00+05:30", "2027-07-01T05:30"],
    ])("keeps %s as %s", (when, kept) => {
      expect(read(when)).toEqual({ kind: "valid", wallTime: { when: kept, timeZone: prague } });
    });

    it.each([
      ["every day at 9", /Write cron with five fields/],
      ["0 25 * * *", /hour.*25.*five fields/i],
      ["0 9 * *", /five fields/],
      ["0 0 9 * * *", /five fields/],
      ["0 9 ? * *", /write "\*" for any/],
      ["0 0 30 2 *", /never comes/],
      ["*/5 * * * *", /more often than every 10 minutes/],
      ["* 9 * * *", /more often than every 10 minutes/],
      ["0,55 0,23 * * 1,2", /more often than every 10 minutes/],
      ["2027-02-30T09:00", /not in the calendar/],
      ["2027-01-31T25:00", /not in the calendar/],
      ["2027-01-31", /2027-01-31T09:00/],
      ["2026-12-31T09:00", /has passed already: it is now 2027-01-01T01:00/],
      ["", /five fields/],
    ])("refuses %s with a sentence that helps", (when, expected) => {
      expect(problem(when)).toMatch(expected);
    });

    it.each(["Mars/Olympus", "", "+02:00", "Prague", "9"])("refuses the zone %s", (zone) => {
      expect(problem("0 9 * * *", zone)).toMatch(
        /is not a time zone. Use an IANA name such as Europe\/Prague/,
      );
      expect(isTimeZone(zone)).toBe(false);
    });
  });
});
