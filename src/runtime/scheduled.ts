// What is different for a run that a schedule began.
//
//   SR1  Nobody waits for it, so it promises no check-in and shows no card: it speaks when it asks, and when it ends.
//   SR2  It may end without a word if nothing is new since the last time (ux c.10). That needs a last time; and whoever said
//        something to this run, or was asked by it, gets its result.
//   SR3  It sets up no schedules.

import { type Run, terminalRunStates } from "../domain/run.ts";
import { datesInWords, scheduleInWords } from "../domain/schedule-words.ts";
import type { Tx } from "../store/contract.ts";
import { finish, finishScheduled } from "../tools/builtin/finish.ts";
import { scheduleTask } from "../tools/builtin/schedule-task.ts";
import type { Tool } from "../tools/contract.ts";
import type { Scheduled, Work } from "./work.ts";

const looked = 20;
const longestSummary = 1_500;

/** Undefined for what a person asked for. */
export async function scheduledOf(tx: Tx, run: Run): Promise<Scheduled | undefined> {
  const schedule = run.schedule && (await tx.schedules.find(run.schedule));
  if (!schedule) return undefined;
  const ended = await tx.runs.list({
    conversation: run.conversation,
    states: terminalRunStates,
    limit: looked,
  });
  const before = ended.find((other) => other.schedule === schedule.id && other.state === "done");
  return { schedule, ...(before ? { before } : {}) };
}

/** SR2, SR3. */
export function toolsOf(run: Run, tools: readonly Tool[]): readonly Tool[] {
  if (run.schedule === undefined) return tools;
  return tools
    .filter((tool) => tool !== scheduleTask)
    .map((tool) => (tool === finish ? finishScheduled : tool));
}

/** What the model is told besides the task; empty for what a person asked for. */
export function scheduledWords({ run, scheduled }: Pick<Work, "run" | "scheduled">): string {
  if (!scheduled) return "";
  const { schedule, before } = scheduled;
  const about = `This comes round by itself: ${scheduleInWords(schedule)}. Nobody waits in the thread now.`;
  if (!before) return `${about} It is the first time, so say in full how things stand.`;
  const when = datesInWords([before.createdAt], schedule.timeZone, run.createdAt);
  const summary = (before.outcome?.summary ?? "").slice(0, longestSummary).toWellFormed();
  return (
    `${about}\n\nThe last time (${when}) came out as:\n${summary}\n\n` +
    "Tell what is new since then. If nothing is, end with finish and nothing_new: then nothing is posted, and nobody is disturbed."
  );
}

/** SR2. */
export function maySayNothing({ scheduled, mail, waits }: Work): boolean {
  if (!scheduled?.before) return false;
  return waits.length === 0 && !mail.some(({ kind }) => kind === "steer");
}

/** SR1. */
export function showsCard({ schedule }: Run): boolean {
  return schedule === undefined;
}

/** SR1. */
export function nextPromise({ schedule }: Run, at: number): { readonly checkInAt?: number } {
  return schedule === undefined ? { checkInAt: at } : {};
}
