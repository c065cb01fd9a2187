// What is said about a schedule: what its thread is for, what did not take place and why, what a person changed.

import type { Run } from "../../domain/run.ts";
import type { Schedule } from "../../domain/schedule.ts";
import { datesInWords, scheduleInWords } from "../../domain/schedule-words.ts";
import { isOnce } from "../../domain/wall-time.ts";

/** The first post where everything that it brings is posted: of a thread, or in a chat. */
export function threadOpening(schedule: Schedule): string {
  const by = schedule.owner === undefined ? "Set up by whoever runs me." : `Set up by ${ownerOf(schedule)}.`;
  const quiet = isOnce(schedule) ? "" : " When there is nothing new, I say nothing.";
  return `**${schedule.name}**\n${scheduleInWords(schedule)}. What comes of it is posted here.${quiet} ${by}`;
}

export interface Missed {
  /** The first of those that did not take place, and how many they are, as far as they were counted. */
  readonly first: number;
  readonly count: number;
  /** One more was not long ago, and takes place now. */
  readonly caughtUp: boolean;
}

export function missedNote(schedule: Schedule, missed: Missed, now: number): string {
  const { first, count, caughtUp } = missed;
  const when = datesInWords([first], schedule.timeZone, now);
  const what =
    count === 1 ? `${when} did not take place` : `${count} times, from ${when} on, did not take place`;
  return `“${schedule.name}”: ${what}, because I was not running then. ${goesOn(schedule, caughtUp, now)}`;
}

function goesOn(schedule: Schedule, caughtUp: boolean, now: number): string {
  if (caughtUp) return "The latest was only a moment ago, so I do it now.";
  if (schedule.nextAt === undefined) return "It had this one time only; “Run now” still does it.";
  return `The next is ${datesInWords([schedule.nextAt], schedule.timeZone, now)}; “Run now” does it at once.`;
}

export function skippedNote(schedule: Schedule, active: Run): string {
  const work = active.schedule === schedule.id ? "the last one" : `“${active.title}”`;
  return `“${schedule.name}” was due, but I am still at work on ${work} here, so I left it out. Until that has ended I leave out the next ones, too, without a word.`;
}

export function pausedNote(schedule: Schedule, why: string): string {
  return `I have paused the schedule “${schedule.name}” (${scheduleInWords(schedule)}): ${why} Nothing of it is lost; resume it when that is mended.`;
}

export const whyPaused = {
  noPlace: "I can't post there any more. The channel is gone or archived, or I was removed from it.",
  channelOff: "I'm switched off in that channel.",
  badTime: "its time or zone can't be read on this machine any more.",
  byHand: "A person paused it.",
} as const;

export function ownerGone(schedule: Schedule): string {
  return `${ownerOf(schedule)}, who set it up, can't ask me for work there any more.`;
}

export const scheduleReplies = {
  gone: "That schedule is deleted. Nothing was changed.",
  membersOnly: "Only members of this organisation can approve work that comes round. Nothing was changed.",
  superseded: "That is no longer asked, because something new was written meanwhile. Nothing was changed.",
  inFile: "This schedule is in the configuration file, so it is changed and deleted there.",
  over: "Its one time has passed, so it can't be resumed. “Run now” does it once more.",
  none: "You have no schedules. Ask me, for example: every weekday at 9, tell me what is new in our tickets.",
} as const;

export function onlyOwner(schedule: Schedule): string {
  return `Only ${ownerOf(schedule)} can change this schedule.`;
}

export function alreadyIn(schedule: Schedule): string {
  return `“${schedule.name}” is ${stateInWords(schedule)} already. Nothing was changed.`;
}

export function changedTo(schedule: Schedule, now: number): string {
  if (schedule.state === "deleted") return `“${schedule.name}” is deleted.`;
  const next = schedule.state !== "active" ? "" : `, next ${nextInWords(schedule, now)}`;
  return `“${schedule.name}” is ${stateInWords(schedule)}${next}.`;
}

export function runningNow(schedule: Schedule): string {
  return `I'm doing “${schedule.name}” now; what comes of it is posted in its thread.`;
}

export function notNow(why: string): string {
  return `I did not begin: ${why}`;
}

export function stillAtIt(schedule: Schedule): string {
  return `I'm still at work in the thread of “${schedule.name}”, so I did not begin anew.`;
}

export function nextInWords({ nextAt, timeZone }: Schedule, now: number): string {
  return nextAt === undefined ? "" : datesInWords([nextAt], timeZone, now);
}

export function stateInWords({ state }: Pick<Schedule, "state">): string {
  return { active: "active", paused: "paused", done: "over", deleted: "deleted" }[state];
}

/** How the last firing ended, in two words. */
export function outcomeInWords(last: Run | undefined): string {
  if (!last) return "";
  if (last.outcome?.code === "nothing_new") return "nothing new";
  if (last.state === "queued" || last.state === "working") return "at work";
  return last.state === "waiting" ? "waiting for an answer" : last.state;
}

function ownerOf({ owner, ownerName }: Schedule): string {
  return ownerName ?? owner ?? "whoever runs me";
}
