// Wall time in a zone: what "every weekday at 9 in Prague" means as moments. The only file that knows croner.
//
//   WT1  A time of day comes once a day: one that a clock change skips comes right after it, one that the change repeats
//        comes the first time. A rhythm (`*/15`) follows the real hours instead.
//   WT2  What is kept is the text and the zone; moments are always computed anew, so that a new clock law holds at once.

import { Cron } from "croner";

export interface WallTime {
  /** Cron of five fields, or one local time such as `2027-01-31T09:00`. */
  readonly when: string;
  /** IANA name. */
  readonly timeZone: string;
}

export type ReadWallTime =
  | { readonly kind: "valid"; readonly wallTime: WallTime }
  /** In sentences, for whoever wrote it. */
  | { readonly kind: "invalid"; readonly problem: string };

/** Nothing is scheduled more often. */
export const shortestIntervalMs = 10 * 60_000;

/** Far enough that what comes too often shows: cron repeats itself within an hour or within a day. */
const timesLookedAt = 64;
const dayMs = 86_400_000;

const nicknames: ReadonlyMap<string, string> = new Map([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);

const moment = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

export function isTimeZone(zone: string): boolean {
  // A fixed offset is no place: it would not follow the clock changes there (SC1).
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // Intl throws for a zone that it does not know
  }
}

export function isOnce({ when }: Pick<WallTime, "when">): boolean {
  return moment.test(when);
}

/** Checks what somebody wrote and gives it the form in which it is kept. */
export function readWallTime(written: WallTime, now: number): ReadWallTime {
  const timeZone = written.timeZone.trim();
  const when = written.when.trim().replace(/\s+/g, " ");
  if (!isTimeZone(timeZone)) {
    return invalid(`"${timeZone}" is not a time zone. Use an IANA name such as Europe/Prague or UTC.`);
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(when)) {
    return invalid(`"${when}" has no time of day. Write it as ${when}T09:00.`);
  }
  const once = moment.exec(when);
  return once ? readOnce(once, timeZone, now) : readCron(when, timeZone, now);
}

/** What is wrong with the form of it, whenever it is; undefined if nothing is. */
export function wallTimeProblem(written: WallTime, now: number): string | undefined {
  const [, day = "", time = ""] = moment.exec(written.when.trim()) ?? [];
  if (isDate(`${day}T${time}`) && isTimeZone(written.timeZone)) return undefined;
  const read = readWallTime(written, now);
  return read.kind === "invalid" ? read.problem : undefined;
}

function readOnce(parts: RegExpExecArray, timeZone: string, now: number): ReadWallTime {
  const [, day = "", time = "", offset] = parts;
  const local = `${day}T${time}`;
  if (!isDate(local)) return invalid(`${local} is not in the calendar.`);
  const when = offset === undefined ? local : localTime(Date.parse(`${local}:00${offset}`), timeZone);
  const wallTime = { when, timeZone };
  if (nextTime(wallTime, now) === undefined) {
    return invalid(
      `${when} ${timeZone} has passed already: it is now ${localTime(now, timeZone)} there. Give a time to come.`,
    );
  }
  return { kind: "valid", wallTime };
}

function readCron(text: string, timeZone: string, now: number): ReadWallTime {
  const when = nicknames.get(text.toLowerCase()) ?? text;
  const wallTime = { when, timeZone };
  const form =
    "Write cron with five fields (minute, hour, day of month, month, day of week), such as 0 9 * * 1-5, or one time such as 2027-01-31T09:00.";
  // croner reads `?` as the moment at which it is asked.
  if (when.includes("?")) return invalid(`"${when}" has a "?"; write "*" for any. ${form}`);
  let times: number[];
  try {
    times = nextTimes(wallTime, now, timesLookedAt);
  } catch (error) {
    return invalid(`"${when}" is not a time that I can read (${reason(error)}). ${form}`);
  }
  if (times.length === 0) return invalid(`"${when}" never comes: no date fits it.`);
  if (times.some((time, at) => time - (times[at - 1] ?? -Infinity) < shortestIntervalMs)) {
    return invalid(
      `"${when}" comes more often than every ${shortestIntervalMs / 60_000} minutes, which is the most that is scheduled. Choose a longer interval.`,
    );
  }
  return { kind: "valid", wallTime };
}

/** Up to `count` moments after `after`, in order. Throws for what `readWallTime` refuses. */
export function nextTimes(wallTime: WallTime, after: number, count: number): number[] {
  if (isOnce(wallTime)) {
    const at = momentOf(wallTime);
    return at > after && count > 0 ? [at] : [];
  }
  return cron(wallTime)
    .nextRuns(count, new Date(after))
    .map((date) => date.getTime());
}

export function nextTime(wallTime: WallTime, after: number): number | undefined {
  return nextTimes(wallTime, after, 1)[0];
}

/** What the clocks there show: `2027-01-31T09:00`. */
export function localTime(ms: number, timeZone: string): string {
  const text = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "short",
  }).format(ms);
  return text.replace(" ", "T");
}

function momentOf({ when, timeZone }: WallTime): number {
  const shown = Date.parse(`${when}:00Z`);
  const at = new Cron(`${when}:00`, { timezone: timeZone, paused: true }).nextRun(
    new Date(shown - 2 * dayMs),
  );
  return at?.getTime() ?? shown;
}

function cron({ when, timeZone }: WallTime): Cron {
  return new Cron(when, {
    timezone: timeZone,
    mode: "5-part",
    fixedTimeRule: "no-wildcard",
    paused: true,
  });
}

function isDate(local: string): boolean {
  const ms = Date.parse(`${local}:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(local);
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : "unknown";
  return text.replace(/^Cron\w+: /, "").replace(/\.$/, "");
}

function invalid(problem: string): ReadWallTime {
  return { kind: "invalid", problem };
}
