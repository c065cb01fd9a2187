// Work that comes round: “every weekday at 9, find invoice in the files”. The tool shows it in words, and a person approves it.

import { finish, move } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import { lastAct } from "../story.ts";
import { firstLine } from "../tool-results.ts";

const order =
  /^\s*(?:please\s+)?every\s+(day|weekday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\s+at\s+(\d{1,2})(?:[:.](\d{2}))?(?!\d)(?:\s*(am|pm)\b)?(?:\s+in\s+([A-Z]\w+\/[\w/]+))?[\s,:]*([\s\S]*)$/i;

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

interface Proposal {
  readonly what: string;
  readonly when: string;
  readonly timezone?: string;
}

export const everyWeekday: Recipe = {
  name: "work that comes round",
  fits: ({ request }) => order.test(request),
  next: (story) => {
    const proposal = proposalIn(story.request);
    if (!proposal) {
      return finish(
        "I need a time of day and what to do, for example “every weekday at 9, find invoice in the files”. Nothing was set up.",
      );
    }
    const decided = lastAct(story, "schedule_task");
    return decided ? finish(firstLine(decided.result)) : move("", ["schedule_task", { ...proposal }]);
  },
};

function proposalIn(request: string): Proposal | undefined {
  const [, day = "", hours = "", minutes = "0", half, timezone, rest = ""] = order.exec(request) ?? [];
  const what = rest.trim().slice(0, 2_000);
  const hour = hourOf(Number(hours), half?.toLowerCase());
  if (hour === undefined || Number(minutes) > 59 || what.length < 3) return undefined;
  const when = `${Number(minutes)} ${hour} * * ${daysOf(day.toLowerCase())}`;
  return { what, when, ...(timezone === undefined ? {} : { timezone }) };
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === "pm" ? 12 : 0);
}

function daysOf(day: string): string {
  if (day === "day") return "*";
  return day === "weekday" ? "1-5" : `${weekdays.indexOf(day)}`;
}
