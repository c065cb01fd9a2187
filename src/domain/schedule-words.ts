// Schedules in words: when something comes round, and the dates on which it will.

import { isOnce, type WallTime } from "./wall-time.ts";

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const longestList = 6;

/** `Every weekday at 09:00 Europe/Prague`. What has no such words is shown as it was written. */
export function scheduleInWords({ when, timeZone }: WallTime): string {
  if (isOnce({ when })) return `Once, on ${dayOf(when)} at ${when.slice(11)} ${timeZone}`;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = when.split(" ");
  const days = daysInWords(day, month, weekday);
  const rhythm = days === undefined ? undefined : rhythmInWords(minute, hour, days);
  return `${rhythm ?? `By the cron schedule ${when},`} ${timeZone}`;
}

/** `Mon 23 Nov, Tue 24 Nov, Wed 25 Nov`: with times of day where they differ, with years where they are not this one. */
export function datesInWords(times: readonly number[], timeZone: string, now: number): string {
  const part = (ms: number, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(ms);
  const clock = (ms: number): string => part(ms, { hour: "2-digit", minute: "2-digit" });
  const year = (ms: number): string => part(ms, { year: "numeric" });
  const alike = times.every((ms) => clock(ms) === clock(times[0] ?? ms));
  return times
    .map((ms) => {
      const [weekday, date] = [part(ms, { weekday: "short" }), part(ms, { day: "numeric", month: "short" })];
      const dated = `${weekday} ${date}${year(ms) === year(now) ? "" : ` ${year(ms)}`}`;
      return alike && times.length > 1 ? dated : `${dated} ${clock(ms)}`;
    })
    .join(", ");
}

function dayOf(local: string): string {
  const options = {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  } as const;
  const text = new Intl.DateTimeFormat("en-GB", options).format(new Date(`${local}:00Z`));
  return text.replace(",", ""); // which ICU puts it in, depends on its version
}

function rhythmInWords(minute: string, hour: string, days: string): string | undefined {
  const minutes = numbers(minute, 59);
  const hours = numbers(hour, 23);
  if (minutes && hours) {
    const clocks = hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`));
    return clocks.length <= longestList ? `${days} at ${and(clocks)}` : undefined;
  }
  if (hour !== "*") return undefined;
  const within = days === "Every day" ? "" : `, ${lower(days)}`;
  const every = /^\*\/(\d{1,2})$/.exec(minute)?.[1];
  if (every !== undefined && 60 % Number(every) === 0) return `Every ${Number(every)} minutes${within},`;
  if (minutes?.length === 1) {
    return minutes[0] === 0
      ? `Every hour on the hour${within},`
      : `Every hour at ${minutes[0]} minutes past${within},`;
  }
  return undefined;
}

function daysInWords(day: string, month: string, weekday: string): string | undefined {
  const months = monthsInWords(month);
  if (months === undefined) return undefined;
  if (day === "*") {
    const days = weekdaysInWords(weekday);
    return days && `${days}${months === "" ? "" : ` in ${months}`}`;
  }
  if (weekday !== "*") return undefined;
  if (day === "L") return `On the last day of ${months === "" ? "every month" : months}`;
  const days = numbers(day, 31);
  return days && `On day ${and(days.map(String))} of ${months === "" ? "every month" : months}`;
}

function monthsInWords(month: string): string | undefined {
  if (month === "*") return "";
  const listed = numbers(month, 12);
  return listed && and(listed.map((n) => months[n - 1] ?? String(n)));
}

function weekdaysInWords(weekday: string): string | undefined {
  if (weekday === "*") return "Every day";
  const short = weekday.toUpperCase().replace(/[A-Z]{3}/g, (name) => {
    const at = weekdays.findIndex((known) => known.slice(0, 3).toUpperCase() === name);
    return at < 0 ? name : String(at);
  });
  const listed = numbers(short, 7);
  if (!listed) return undefined;
  const days = [...new Set(listed.map((n) => n % 7))];
  const key = days.toSorted((a, b) => a - b).join("");
  if (key === "12345") return "Every weekday";
  if (key === "06") return "Every Saturday and Sunday";
  if (key === "0123456") return "Every day";
  return `Every ${and(days.map((n) => weekdays[n] ?? String(n)))}`;
}

/** `1,3-5` as numbers; undefined for what is no plain list. */
function numbers(field: string, most: number): number[] | undefined {
  const found: number[] = [];
  for (const part of field.split(",")) {
    const [, from = "", to = from] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(part) ?? [];
    if (from === "" || Number(to) > most || Number(to) < Number(from)) return undefined;
    for (let n = Number(from); n <= Number(to); n += 1) found.push(n);
  }
  return found;
}

function and(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
