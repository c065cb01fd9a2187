// When people want to be left alone: not what they just asked for, everything else (ux c.12).
//
//   QH1  Times are wall times in the person's own zone: 9 o'clock stays 9 o'clock across a clock change.
//   QH2  A zone that is not known, or is none, counts as UTC: the time is shown with its zone, so nobody is misled.

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** `HH:MM`, from in the evening to in the morning; `weekends` are quiet all day. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  readonly weekends: boolean;
}

/** When the quiet time that `now` lies in is over; undefined outside of it. */
export function quietUntil(hours: QuietHours, now: number, timeZone: string | undefined): number | undefined {
  if (!isQuiet(hours, now, timeZone)) return undefined;
  return mornings(hours.to, now, timeZone).find((at) => !isQuiet(hours, at, timeZone));
}

/** The first morning of a working day that is at least `restMs` away: for a reminder that is still welcome. */
export function nextWorkingMorning(
  hours: QuietHours | undefined,
  now: number,
  timeZone: string | undefined,
  restMs = 4 * 60 * minuteMs,
): number {
  const working: QuietHours = { ...(hours ?? { from: "18:00", to: "09:00" }), weekends: true };
  const at = mornings(working.to, now + restMs, timeZone).find(
    (candidate) => !isQuiet(working, candidate, timeZone),
  );
  return at ?? now + dayMs;
}

/** Does `at` lie in these hours? */
export function isQuiet({ from, to, weekends }: QuietHours, at: number, timeZone?: string): boolean {
  const local = localOf(at, timeZone);
  if (weekends && (local.weekday === 0 || local.weekday === 6)) return true;
  const minute = local.hour * 60 + local.minute;
  const begin = minuteOf(from);
  const end = minuteOf(to);
  if (begin === end) return false;
  return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
}

/** The instants of `time` on the days from today on, as far as they are not past. */
function mornings(time: string, after: number, timeZone: string | undefined): number[] {
  const { year, month, day } = localOf(after, timeZone);
  const minutes = minuteOf(time);
  return Array.from({ length: 9 }, (_, offset) =>
    instantOf(Date.UTC(year, month - 1, day + offset) + minutes * minuteMs, timeZone),
  ).filter((at) => at >= after);
}

/** The first instant at which a clock in the zone shows `wall`; after a gap, the same distance behind it. */
function instantOf(wall: number, timeZone: string | undefined): number {
  const offsets = [wall - dayMs, wall + dayMs].map((at) => offsetAt(at, timeZone));
  const found = offsets.map((offset) => wall - offset).filter((at) => at + offsetAt(at, timeZone) === wall);
  return found.length > 0 ? Math.min(...found) : wall - (offsets[0] ?? 0);
}

function offsetAt(at: number, timeZone: string | undefined): number {
  const { year, month, day, hour, minute } = localOf(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / minuteMs) * minuteMs;
}

interface Local {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localOf(at: number, timeZone: string | undefined): Local {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const [year, month, day] = [part("year"), part("month"), part("day")];
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { year, month, day, weekday, hour: part("hour"), minute: part("minute") };
}

/** Formats are dear to make, and there are few zones. */
function formatOf(timeZone = "UTC"): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = makeFormat(timeZone);
  formats.set(timeZone, made);
  return made;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  const options = {
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  } as const;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }); // QH2
  }
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}
