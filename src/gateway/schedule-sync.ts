// The schedules of the configuration file as rows: those that it names are there, those that it does not name any more are
// deleted.
//
//   SY1  The file decides what, when and where. What a person paused stays paused until they resume it.
//   SY2  A schedule whose place can't be told now is left as it is, and so are those of chats.

import { addressKey, type ConversationAddress } from "../domain/conversation.ts";
import { asScheduleId, type ScheduleId } from "../domain/ids.ts";
import { type Schedule, scheduleStates } from "../domain/schedule.ts";
import { nextTime, readWallTime, type WallTime } from "../domain/wall-time.ts";
import type { SchedulePatch } from "../store/contract.ts";
import type { Decision, Desk } from "./desk.ts";

/** An entry of the file. */
export interface FileSchedule extends WallTime {
  readonly name: string;
  readonly agent: string;
  readonly what: string;
  /** Undefined where it can't be told yet. */
  readonly place: ConversationAddress | undefined;
}

const mostKept = 10_000;

export async function syncSchedules(desk: Desk, wanted: readonly FileSchedule[]): Promise<void> {
  await desk.decide(async (d) => {
    for (const one of wanted) if (one.place) await bring(d, one, one.place);
    const named = new Set(wanted.map(({ name }) => fileId(name)));
    for (const { id, source } of await d.tx.schedules.list({ limit: mostKept })) {
      if (source !== "config" || named.has(id)) continue;
      await d.tx.schedules.change(id, scheduleStates, { state: "deleted", nextAt: null });
    }
  });
}

export function fileId(name: string): ScheduleId {
  return asScheduleId(`sch_file_${name}`);
}

async function bring(d: Decision, one: FileSchedule, address: ConversationAddress): Promise<void> {
  const { name, agent, what } = one;
  const read = readWallTime(one, d.now);
  // A single time that has passed reads as invalid: it is kept as written, and never comes.
  const { when, timeZone } = read.kind === "valid" ? read.wallTime : one;
  const nextAt = read.kind === "valid" ? nextTime(read.wallTime, d.now) : undefined;
  const place = { ...address, thread: "" };
  const id = fileId(name);
  const fresh: Schedule = {
    id,
    tenant: place.tenant,
    agent,
    source: "config",
    name,
    place,
    what,
    when,
    timeZone,
    state: nextAt === undefined ? "done" : "active",
    ...(nextAt === undefined ? {} : { nextAt }),
    createdAt: d.now,
  };
  if (await d.tx.schedules.add(fresh)) return;
  const known = await d.tx.schedules.find(id);
  if (known) await d.tx.schedules.change(id, scheduleStates, patchOf(known, fresh));
}

function patchOf(known: Schedule, fresh: Schedule): SchedulePatch {
  const { name, agent, what, when, timeZone, place, state, nextAt } = fresh;
  const sameTime = known.when === when && known.timeZone === timeZone;
  const samePlace = addressKey({ ...known.place, thread: "" }) === addressKey(place);
  const back = known.state === "deleted";
  const anew = back || !sameTime;
  return {
    name,
    agent,
    what,
    when,
    timeZone,
    ...(samePlace ? {} : { place }),
    ...(anew ? { nextAt: nextAt ?? null } : {}),
    ...(back ? { state, why: null } : {}),
    ...(anew && known.state === "done" ? { state } : {}),
  };
}
