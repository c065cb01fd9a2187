// Reminds a person: a question with a due time stands in the thread until then.

import { asked } from "../answers.ts";
import { finish, type Move, move } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import type { Story } from "../story.ts";

const order = /^\s*(?:please\s+|can you\s+|could you\s+)?remind me\b\s*([\s\S]*)$/i;
const delay = /\bin\s+(?:(\d+(?:\.\d+)?)|(an?|one|half an?))\s*(minutes?|mins?|hours?|h|days?)\b/i;
const now = "Remind me now";
const cancel = "Cancel";
const due = "the reminder";
const mostMinutes = 43_200;

export const remindMe: Recipe = {
  name: "remind me",
  fits: ({ request }) => order.test(request),
  next: (story) => {
    const words = (order.exec(story.request)?.[1] ?? "").trim();
    const minutes = minutesIn(words);
    const what = subjectOf(words);
    if (minutes === undefined || minutes > mostMinutes) {
      return finish(
        "I can remind you after a time of up to 30 days, for example “remind me in 10 minutes to call Bo”. I don't read times of day, and nothing was set.",
      );
    }
    return reminder(story, { minutes, what });
  },
};

function reminder(
  story: Story,
  { minutes, what }: { readonly minutes: number; readonly what: string },
): Move {
  const question = `I will remind you ${timeOf(story, minutes)}: ${what}`;
  const outcome = asked(story, question);
  if (outcome.kind === "not-asked") {
    const ask = { question, options: [now, cancel], default: due, due_in_minutes: minutes };
    return move("", ["ask_person", ask]);
  }
  if (outcome.kind === "failed") return finish(`The reminder could not be set: ${outcome.problem}`);
  const { answer, via } = outcome.answer;
  if (via === "default" || answer === due || answer === now) return finish(`Reminder: ${what}`);
  if (/^\s*(?:cancel|stop|never ?mind|no)\b/i.test(answer))
    return finish(`Cancelled: I won't remind you of “${what}”.`);
  return finish(
    `You wrote “${answer.slice(0, 300)}”. I can't change a reminder, so this one ends here: ${what}`,
  );
}

function minutesIn(words: string): number | undefined {
  const [, digits, word, unit = ""] = delay.exec(words) ?? [];
  if (digits === undefined && word === undefined) return undefined;
  const count = digits === undefined ? (word?.toLowerCase().startsWith("half") ? 0.5 : 1) : Number(digits);
  const minutes = count * (/^h/i.test(unit) ? 60 : /^d/i.test(unit) ? 1_440 : 1);
  return minutes > 0 ? minutes : undefined;
}

function subjectOf(words: string): string {
  const what = words
    .replace(delay, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/^(?:to|that|about|of)\s+/i, "")
    .replace(/[.,;:]+$/, "");
  return (what === "" ? "you asked me to" : what).slice(0, 500);
}

/** By the clock of who asked, where it is known. */
function timeOf({ startedAt, timeZone = "UTC" }: Story, minutes: number): string {
  if (startedAt === undefined) return `in ${minutes} minutes`;
  const inZone = (ms: number, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(ms);
  const at = startedAt + minutes * 60_000;
  const day = (ms: number): string => inZone(ms, { weekday: "long", day: "numeric", month: "long" });
  const clock = inZone(at, { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  return day(at) === day(startedAt) ? `at ${clock}` : `on ${day(at)} at ${clock}`;
}
