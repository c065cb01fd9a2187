// Buttons: the same names as Slack `action_id`, Teams `verb` and in the local chat (design 10).

import { asRunId, asWaitId, type RunId, type WaitId } from "./ids.ts";

export const actionIds = [
  "approval.approve",
  "approval.deny",
  "approval.edit",
  "approval.view",
  "question.answer",
  "run.stop",
  "run.resume",
  "run.retry",
  "budget.add",
  "budget.finish",
  "connect.open",
  "connect.decline",
  "connect.disconnect",
  "connect.use",
  "connect.another",
  "grant.use_here",
  "feedback.up",
  "feedback.down",
  "result.show_privately",
  "result.post_here",
  "schedule.pause",
  "schedule.resume",
  "schedule.run",
  "schedule.delete",
  "person.unlink",
] as const;
export type ActionId = (typeof actionIds)[number];

/** Who decides about an act is judged by what their platform says of them now (ID-2). */
export function isApprovalAction(action: string): boolean {
  return action.startsWith("approval.");
}

/** The value of an answer button: the wait and the place of the option in its list. */
export function optionValue(wait: WaitId, option: number): string {
  return `${wait}.${option}`;
}

/** Reads `optionValue` back; `option` is absent where the answer comes as text. */
export function parseOptionValue(value: string): { readonly wait: WaitId; readonly option?: number } {
  const dot = value.lastIndexOf(".");
  const option = dot < 0 ? Number.NaN : Number(value.slice(dot + 1));
  if (!Number.isInteger(option) || option < 0) return { wait: asWaitId(value) };
  return { wait: asWaitId(value.slice(0, dot)), option };
}

const anew = ".anew";

/** The value of a `run.retry` button that begins from the start, whatever the run has done. */
export function anewValue(run: RunId): string {
  return `${run}${anew}`;
}

/** Reads the value of a `run.retry` button. */
export function parseRetryValue(value: string): { readonly run: RunId; readonly anew: boolean } {
  const isAnew = value.endsWith(anew);
  return { run: asRunId(isAnew ? value.slice(0, -anew.length) : value), anew: isAnew };
}

const forRun = ".run";

/** The value of an `approval.approve` button that allows more of the kind in its run (APR-8). */
export function approveForRunValue(value: string): string {
  return `${value}${forRun}`;
}

/** Reads the value of an approval's button: an approval, or the wait of several. */
export function parseApprovalValue(value: string): { readonly of: string; readonly forRun: boolean } {
  const isForRun = value.endsWith(forRun);
  return { of: isForRun ? value.slice(0, -forRun.length) : value, forRun: isForRun };
}
