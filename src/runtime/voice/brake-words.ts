// What people read while an operator holds something up (OPS-1).

import type { Brake } from "../../domain/brake.ts";
import type { Run } from "../../domain/run.ts";

/** In the thread of a run that is held up. */
export function heldUpText(run: Run, brake: Brake): string {
  const began = run.startedAt === undefined ? "I haven't begun" : "I have paused";
  return `${whatIsPaused(brake)} by an operator, so ${began} “${run.plan?.title ?? run.title}”. Nothing is lost: I go on by myself when that is lifted.`;
}

/** On the card. */
export const heldUpLine = "Paused by an operator.";

export function goingOnText(run: Run): string {
  return `The pause is over: I go on with “${run.plan?.title ?? run.title}”.`;
}

/** Why a schedule of somebody who is no longer served is paused. */
export const accessWithdrawn = "the access of the person who set it up was withdrawn by an operator.";

function whatIsPaused({ kind, name }: Brake): string {
  switch (kind) {
    case "all":
      return "Everything here was stopped";
    case "tenant":
      return "My work for this organisation was paused";
    case "agent":
      return `${name} was paused`;
    case "person":
      return "Work for this person was ended";
    case "tool":
      return `\`${name}\` was switched off`;
    default:
      return kind satisfies never;
  }
}
