// Times in words, for the person who reads them.

/** When something is decided by itself, and the zone of who reads that. */
export interface Due {
  readonly at: number;
  readonly timeZone?: string | undefined;
}

const clock = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" } as const;
const dayAndClock = { weekday: "short", day: "numeric", month: "short", ...clock } as const;
type Form = typeof clock | typeof dayAndClock;
/** Making one takes longer than a whole decision. There are not many zones. */
const formats = new Map<Form, Map<string, Intl.DateTimeFormat>>();

/** `14:07 GMT+1`: in the zone of the person it is about, in UTC where that is unknown or not a zone. */
export function clockTime(ms: number, timeZone: string | undefined): string {
  return inWords(ms, timeZone, clock);
}

/** `Mon 23 Nov, 14:07 GMT+1`: for what may be on another day. */
export function dayAndTime(ms: number, timeZone: string | undefined): string {
  return inWords(ms, timeZone, dayAndClock);
}

/** `2026-11-23 13:07 UTC`: for what several people read. Platforms show it by each reader's own clock. */
export function utcTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function inWords(ms: number, timeZone: string | undefined, form: Form): string {
  const date = new Date(ms);
  try {
    return formatOf(form, timeZone ?? "UTC").format(date);
  } catch {
    return formatOf(form, "UTC").format(date); // a platform told a zone that this machine's tables don't have
  }
}

/** Throws for what is no zone. */
function formatOf(form: Form, timeZone: string): Intl.DateTimeFormat {
  const ofForm = formats.get(form) ?? new Map<string, Intl.DateTimeFormat>();
  const format = ofForm.get(timeZone) ?? new Intl.DateTimeFormat("en-GB", { ...form, timeZone });
  formats.set(form, ofForm.set(timeZone, format));
  return format;
}
