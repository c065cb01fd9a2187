// One piece of deep work in a conversation: a goal, a subject, a mode, a state, a budget.
//
//   D1  Terminal states are final; a follow-up in the thread starts a new run.
//   D2  A state changes only along `runTransitions`, by a conditional update with one winner.

import type { Budget, Spent } from "./budget.ts";
import type { ConversationId, PersonKey, RunId, ScheduleId, TenantId } from "./ids.ts";
import type { Plan } from "./plan.ts";
import type { TaintMarks } from "./taint.ts";

export const runStates = ["queued", "working", "waiting", "done", "failed", "stopped", "expired"] as const;
export type RunState = (typeof runStates)[number];

export const terminalRunStates = [
  "done",
  "failed",
  "stopped",
  "expired",
] as const satisfies readonly RunState[];
export type TerminalRunState = (typeof terminalRunStates)[number];

export const runTransitions: Readonly<Record<RunState, readonly RunState[]>> = {
  queued: ["working", "stopped", "failed", "expired"],
  working: ["queued", "waiting", "done", "failed", "stopped", "expired"],
  waiting: ["queued", "working", "stopped", "failed", "expired"],
  done: [],
  failed: [],
  stopped: [],
  expired: [],
};

export function isTerminal(state: RunState): state is TerminalRunState {
  return runTransitions[state].length === 0;
}

/** `employee`: the agent's own credentials, the channel as audience. `assistant`: one person's (ID-4). */
export type RunMode = "employee" | "assistant";

export interface Run {
  readonly id: RunId;
  readonly tenant: TenantId;
  readonly conversation: ConversationId;
  readonly agent: string;
  /** Who may steer the run (I10). In employee mode the requester. */
  readonly subject: PersonKey;
  readonly subjectName: string;
  readonly mode: RunMode;
  readonly state: RunState;
  readonly goal: string;
  /** The request shortened to a line, until `set_plan` names it better. */
  readonly title: string;
  /** Raised by every claim; every write of a segment carries it (I8). */
  readonly epoch: number;
  readonly leaseOwner?: string;
  readonly leaseUntil?: number;
  /** Number of the next step. */
  readonly cursor: number;
  /** First step that is still in the context; raised by compaction. */
  readonly contextBase: number;
  /** Number of the next segment: with the id, the name of its queue job. */
  readonly segment: number;
  /** When a parked or backing-off run is due again by itself. */
  readonly wakeAt?: number;
  readonly budget: Budget;
  readonly spent: Spent;
  readonly plan?: Plan;
  /** What the model was told at the start: request, thread, earlier runs, memory. Written once. */
  readonly opening?: string;
  /** Set by a stop that the segment has still to obey. */
  readonly stopRequestedBy?: PersonKey;
  /** "Finish with what I have": the next model call may only finish. */
  readonly finishing: boolean;
  /** Model failures in a row, for back-off. */
  readonly retries: number;
  /** Claims in a row that committed no step: a poison run is failed instead of crashing workers for ever. */
  readonly barrenClaims: number;
  /** When the supervisor speaks up if nothing else was said (I13). */
  readonly checkInAt?: number;
  readonly outcome?: RunOutcome;
  /** The ended run whose journal this one went on from. */
  readonly continues?: RunId;
  /** The schedule that fired it. */
  readonly schedule?: ScheduleId;
  /** The program that handed it over in its subject's name: none of its words is the subject's own (HW3). */
  readonly through?: string;
  /** What it has seen that is not its subject's; only rises (TNT-2). */
  readonly taint: TaintMarks;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export interface RunOutcome {
  /** `done`, `nothing_new` (of a schedule, and not posted), `stopped`, or the code of the failure. */
  readonly code: string;
  /** First lines of what was posted: the memory of the conversation. */
  readonly summary?: string;
}

/** How a run ended, from the words that were posted. */
export function runOutcome(code: string, text: string): RunOutcome {
  return { code, summary: text.slice(0, 500).toWellFormed() };
}

/** Proof of being the one worker of a run: compared with the row by every write (I8). */
export interface Lease {
  readonly run: RunId;
  readonly epoch: number;
  readonly owner: string;
}
