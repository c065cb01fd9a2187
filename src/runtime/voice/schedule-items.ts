// A schedule as its owner sees it: on the home page, and as the answer to `schedules` (ux c.13).

import type { HomeItem } from "../../domain/home-page.ts";
import type { Attention, Button } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import type { Schedule } from "../../domain/schedule.ts";
import { scheduleInWords } from "../../domain/schedule-words.ts";
import { nextInWords, outcomeInWords, stateInWords } from "./schedule-notes.ts";

/** `last` is the run of its last firing. */
export function scheduleItem(schedule: Schedule, last: Run | undefined, now: number): HomeItem {
  const { channel, thread } = schedule.place;
  return {
    title: schedule.name,
    note: noteOf(schedule, last, now),
    buttons: buttonsOf(schedule),
    ...(thread === "" ? {} : { at: { channel, thread } }),
  };
}

export function scheduleShown(
  schedule: Schedule,
  last: Run | undefined,
  now: number,
): Omit<Attention, "mention" | "mentionName"> {
  return {
    kind: "attention",
    about: "schedule",
    title: schedule.name,
    text: noteOf(schedule, last, now),
    options: [...buttonsOf(schedule)],
  };
}

export function scheduleLine(schedule: Schedule, last: Run | undefined, now: number): string {
  return `“${schedule.name}”: ${noteOf(schedule, last, now)}`;
}

function noteOf(schedule: Schedule, last: Run | undefined, now: number): string {
  const next = nextInWords(schedule, now);
  const outcome = outcomeInWords(last);
  const paused = schedule.state === "paused" ? `paused: ${schedule.why ?? ""}` : "";
  return [
    scheduleInWords(schedule),
    schedule.state === "active" && next !== "" ? `next ${next}` : paused,
    schedule.state === "done" ? stateInWords(schedule) : "",
    outcome === "" ? "" : `last: ${outcome}`,
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function buttonsOf({ id, state }: Schedule): readonly Button[] {
  const change: readonly Button[] =
    state === "paused"
      ? [{ action: "schedule.resume", value: id, label: "Resume", style: "plain" }]
      : [{ action: "schedule.pause", value: id, label: "Pause", style: "plain" }];
  return [
    ...(state === "done" ? [] : change),
    { action: "schedule.run", value: id, label: "Run now", style: "plain" },
    {
      action: "schedule.delete",
      value: id,
      label: "Delete",
      style: "danger",
      confirm: "Delete this schedule? What it has posted stays.",
    },
  ];
}
