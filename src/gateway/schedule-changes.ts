// What people do with schedules: pause, resume, delete. The same for a button, a command and the command line.
//
//   SM1  Each is a conditional change with one winner; whoever comes second is told how it stands.

import type { ScheduleId } from "../domain/ids.ts";
import type { Schedule } from "../domain/schedule.ts";
import { nextTime } from "../domain/wall-time.ts";
import { whyPaused } from "../runtime/voice/schedule-notes.ts";
import type { Decision } from "./desk.ts";

export const scheduleChanges = ["pause", "resume", "delete"] as const;
export type ScheduleChange = (typeof scheduleChanges)[number];

export type Changed =
  | { readonly kind: "changed"; readonly schedule: Schedule }
  /** It was so already. */
  | { readonly kind: "already"; readonly schedule: Schedule }
  /** Its one time has passed. */
  | { readonly kind: "over"; readonly schedule: Schedule }
  | { readonly kind: "gone" };

export async function changeSchedule(d: Decision, id: ScheduleId, change: ScheduleChange): Promise<Changed> {
  const before = await d.tx.schedules.find(id);
  if (!before || before.state === "deleted") return { kind: "gone" };
  const done = await act(d, before, change);
  const schedule = (await d.tx.schedules.find(id)) ?? before;
  return { kind: done, schedule };
}

async function act(
  d: Decision,
  schedule: Schedule,
  change: ScheduleChange,
): Promise<"changed" | "already" | "over"> {
  const { schedules } = d.tx;
  const { id } = schedule;
  switch (change) {
    case "pause": {
      const paused = await schedules.change(id, ["active"], { state: "paused", why: whyPaused.byHand });
      if (paused) return "changed";
      return schedule.state === "done" ? "over" : "already";
    }
    case "resume": {
      const nextAt = nextTime(schedule, d.now);
      if (nextAt === undefined) return "over";
      const resumed = await schedules.change(id, ["paused"], { state: "active", why: null, nextAt });
      return resumed ? "changed" : "already";
    }
    case "delete": {
      const patch = { state: "deleted", nextAt: null } as const;
      return (await schedules.change(id, ["active", "paused", "done"], patch)) ? "changed" : "already";
    }
    default:
      return change satisfies never;
  }
}
