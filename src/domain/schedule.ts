// Work that comes round: what is to be done, where and when, on whose behalf.
//
//   SC1  `when` is wall time in `timeZone` (an IANA name): 9 o'clock stays 9 o'clock across a clock change.
//   SC2  `nextAt` is what `when` gives after the last firing; whoever takes a firing moves it on in the same transaction,
//        so that one firing is one run.

import type { ConversationAddress } from "./conversation.ts";
import {
  asScheduleId,
  type PersonKey,
  type RunId,
  type ScheduleId,
  type TenantId,
  type WaitId,
} from "./ids.ts";
import type { TaintMarks } from "./taint.ts";

/**
 * `done`: its one time has passed. `deleted` is final for those from a chat; one of the configuration file comes back when
 * the file names it again.
 */
export const scheduleStates = ["active", "paused", "done", "deleted"] as const;
export type ScheduleState = (typeof scheduleStates)[number];

/** `config`: from `schedules[]` of the configuration file; changed there only. */
export type ScheduleSource = "chat" | "config";

export interface Schedule {
  readonly id: ScheduleId;
  readonly tenant: TenantId;
  readonly agent: string;
  readonly source: ScheduleSource;
  readonly name: string;
  /** Absent for those of the configuration file, which are the agent's own. */
  readonly owner?: PersonKey;
  readonly ownerName?: string;
  /** Where its results are posted; an empty `thread` until the first one has made it. */
  readonly place: ConversationAddress;
  readonly what: string;
  /** Cron (five fields), or one local time such as `2027-01-31T09:00`. */
  readonly when: string;
  readonly timeZone: string;
  readonly state: ScheduleState;
  /** Why it is paused, in words for its owner. */
  readonly why?: string;
  readonly nextAt?: number;
  readonly lastAt?: number;
  readonly lastRun?: RunId;
  /** Of the run that proposed it: `what` may hold words of strangers, and its runs begin with them (TNT-2). */
  readonly taint?: TaintMarks;
  readonly createdAt: number;
}

const longestName = 80;

/** The schedule that a confirmation is about: approved twice is one schedule. */
export function proposedId(wait: WaitId): ScheduleId {
  return asScheduleId(wait.replace(/^wait_/, "sch_"));
}

/** The first words of what is to be done, on one line. */
export function scheduleName(what: string): string {
  const line = (what.trim().split("\n", 1)[0] ?? "").replace(/\s+/g, " ").trim();
  return line.length > longestName
    ? `${line
        .slice(0, longestName - 1)
        .toWellFormed()
        .trimEnd()}…`
    : line;
}
