import { describe, expect, it } from "vitest";
import { datesInWords, scheduleInWords } from "../../src/domain/schedule-words.ts";

const timeZone = "Europe/Prague";

describe("domain/schedule-words", () => {
  it.each([
    ["0 9 * * 1-5", "Every weekday at 09:00 Europe/Prague"],
    ["0 9 * * MON-FRI", "Every weekday at 09:00 Europe/Prague"],
    ["30 8 * * 1", "Every Monday at 08:30 Europe/Prague"],
    ["0 9 * * 1,3,5", "Every Monday, Wednesday and Friday at 09:00 Europe/Prague"],
    ["0 9 * * 0", "Every Sunday at 09:00 Europe/Prague"],
    ["0 9 * * 6,7", "Every Saturday and Sunday at 09:00 Europe/Prague"],
    ["0 9,17 * * *", "Every day at 09:00 and 17:00 Europe/Prague"],
    ["0 9 1 * *", "On day 1 of every month at 09:00 Europe/Prague"],
    ["0 9 1,15 3 *", "On day 1 and 15 of March at 09:00 Europe/Prague"],
    ["0 9 L * *", "On the last day of every month at 09:00 Europe/Prague"],
    ["0 9 * 12 1-5", "Every weekday in December at 09:00 Europe/Prague"],
    ["*/15 * * * *", "Every 15 minutes, Europe/Prague"],
    ["*/30 * * * 1-5", "Every 30 minutes, every weekday, Europe/Prague"],
    ["0 * * * *", "Every hour on the hour, Europe/Prague"],
    ["5 * * * *", "Every hour at 5 minutes past, Europe/Prague"],
    ["0 9 13 * 5", "By the cron schedule 0 9 13 * 5, Europe/Prague"],
    ["0 9 * * 1#1", "By the cron schedule 0 9 * * 1#1, Europe/Prague"],
    ["*/7 * * * *", "By the cron schedule */7 * * * *, Europe/Prague"],
    ["2027-01-31T09:00", "Once, on Sunday 31 January 2027 at 09:00 Europe/Prague"],
  ])("says %s as %s", (when, words) => {
    expect(scheduleInWords({ when, timeZone })).toBe(words);
  });

  it("names dates in the zone, with times and years only where they tell something", () => {
    const now = Date.parse("2026-11-20T00:00:00Z");
    const at = (...isos: string[]): string =>
      datesInWords(
        isos.map((iso) => Date.parse(iso)),
        timeZone,
        now,
      );

    expect(at("2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z")).toBe(
      "Mon 23 Nov, Tue 24 Nov, Wed 25 Nov",
    );
    expect(at("2026-11-22T23:30:00Z", "2026-11-23T00:00:00Z")).toBe("Mon 23 Nov 00:30, Mon 23 Nov 01:00");
    expect(at("2026-12-31T08:00:00Z", "2027-01-01T08:00:00Z")).toBe("Thu 31 Dec, Fri 1 Jan 2027");
    expect(at("2027-01-31T08:00:00Z")).toBe("Sun 31 Jan 2027 09:00");
  });
});
