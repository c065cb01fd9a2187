// Schedules as commands show and change them.

import { createAgentDirectory } from "../app/agent-directory.ts";
import { createRulesFor } from "../app/place-rules.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { createIds } from "../base/ids.ts";
import { asScheduleId } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
import type { Schedule } from "../domain/schedule.ts";
import { scheduleInWords } from "../domain/schedule-words.ts";
import { changeSchedule, type ScheduleChange } from "../gateway/schedule-changes.ts";
import { runNow } from "../gateway/schedule-firing.ts";
import {
  alreadyIn,
  notNow,
  outcomeInWords,
  scheduleReplies,
  stillAtIt,
} from "../runtime/voice/schedule-notes.ts";
import { withDesk } from "./desk-from-cli.ts";
import type { Rows } from "./open-rows.ts";

const mostListed = 10_000;

export interface ListedSchedule {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly source: string;
  readonly agent: string;
  readonly owner?: string;
  readonly tenant: string;
  readonly channel: string;
  readonly what: string;
  readonly when: string;
  readonly timezone: string;
  readonly words: string;
  readonly why?: string;
  readonly next_at?: string;
  readonly last_at?: string;
  readonly last_run?: string;
  /** `nothing new`, `done`, `failed`, `at work` … */
  readonly last_outcome?: string;
}

export async function listSchedules({ store }: Rows): Promise<ListedSchedule[]> {
  return store.read(async (tx) => {
    const listed: ListedSchedule[] = [];
    for (const schedule of await tx.schedules.list({ limit: mostListed })) {
      const last = schedule.lastRun && (await tx.runs.find(schedule.lastRun));
      listed.push(toListed(schedule, last || undefined));
    }
    return listed;
  });
}

function toListed(schedule: Schedule, last: Run | undefined): ListedSchedule {
  const { id, name, state, source, agent, owner, tenant, place, what, when, timeZone } = schedule;
  const { why, nextAt, lastAt, lastRun } = schedule;
  return {
    id,
    name,
    state,
    source,
    agent,
    ...(owner === undefined ? {} : { owner }),
    tenant,
    channel: place.channel,
    what,
    when,
    timezone: timeZone,
    words: scheduleInWords(schedule),
    ...(state === "paused" && why !== undefined ? { why } : {}),
    ...(state === "active" && nextAt !== undefined ? { next_at: iso(nextAt) } : {}),
    ...(lastAt === undefined ? {} : { last_at: iso(lastAt) }),
    ...(lastRun === undefined ? {} : { last_run: lastRun }),
    ...(last ? { last_outcome: outcomeInWords(last) } : {}),
  };
}

/** The state that it is in now. Rejects where nothing could be changed. */
export async function changeFromCli(rows: Rows, id: string, change: ScheduleChange): Promise<string> {
  const schedule = await findSchedule(rows, id);
  if (change === "delete" && schedule.source === "config") throw refused(scheduleReplies.inFile);
  const changed = await withDesk(rows, (desk) => desk.decide((d) => changeSchedule(d, schedule.id, change)));
  switch (changed.kind) {
    case "changed":
      return changed.schedule.state;
    case "already":
      throw refused(alreadyIn(changed.schedule));
    case "over":
      throw refused(scheduleReplies.over);
    case "gone":
      throw unknown(id);
    default:
      return changed satisfies never;
  }
}

/** The run that was begun. */
export async function runFromCli(rows: Rows, id: string): Promise<string> {
  const schedule = await findSchedule(rows, id);
  const { config } = rows;
  const brakes = await rows.store.read((tx) => tx.brakes.list());
  const deps = {
    ids: createIds(() => systemClock.now()),
    rulesFor: createRulesFor(config, createAgentDirectory(config), () => brakes),
  };
  const begun = await withDesk(rows, (desk) => desk.decide((d) => runNow(d, deps, schedule)));
  if (begun.kind === "started") return begun.run.id;
  throw refused(begun.kind === "busy" ? stillAtIt(schedule) : notNow(begun.why));
}

async function findSchedule({ store }: Rows, id: string): Promise<Schedule> {
  const schedule = await store.read((tx) => tx.schedules.find(asScheduleId(id)));
  if (!schedule || schedule.state === "deleted") throw unknown(id);
  return schedule;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function unknown(id: string): AppError {
  return new AppError(
    "cli.unknown_schedule",
    `There is no schedule ${id}. \`deputy schedules list\` shows those there are.`,
  );
}

function refused(text: string): AppError {
  return new AppError("cli.refused", text);
}
