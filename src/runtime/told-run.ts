// A run as it may be told of (OUT-4). Its plan and title are words of the model: once it saw somebody's private matters they may
// hold them.
//
//   TO1  Where others read than those whose matters it saw, a run is told of without words of its own: steps by their number.
//   TO2  Whatever the gateway says of a run (cards, notices, answers, how it ended) is said of the run as this gives it.

import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { PlanStep } from "../domain/plan.ts";
import type { Run } from "../domain/run.ts";
import type { Tx } from "../store/contract.ts";
import { privateWork } from "./voice/approval-card.ts";

type Place = Pick<ConversationAddress, "kind">;

/** A direct message is read by its person alone. Anywhere else others read. */
export function isForAll(run: Pick<Run, "taint" | "subject">, { kind }: Place): boolean {
  return run.taint.private.length === 0 || (kind === "dm" && isMatterOf(run, run.subject));
}

/** What it saw of private matters is this person's, and nobody else's. */
export function isMatterOf({ taint }: Pick<Run, "taint">, person: PersonKey): boolean {
  return taint.private.every((owner) => owner === person);
}

/** As everybody in `place` may read of it. */
export function toldIn(run: Run, place: Place): Run {
  return isForAll(run, place) ? run : withoutWords(run);
}

/** As this person may read of it where nobody else does. */
export function toldTo(run: Run, person: PersonKey): Run {
  return isMatterOf(run, person) ? run : withoutWords(run);
}

/** As it may be told of in its own conversation. */
export async function toldHere(tx: Tx, run: Run): Promise<Run> {
  if (run.taint.private.length === 0) return run;
  const conversation = await tx.conversations.find(run.conversation);
  return conversation ? toldIn(run, conversation.address) : withoutWords(run);
}

export function bareSteps(steps: readonly PlanStep[]): PlanStep[] {
  return steps.map((step, index) => ({ ...step, text: `Step ${index + 1}` }));
}

/** What was asked stands in the thread anyway, unless a schedule brought it from elsewhere. */
function withoutWords(run: Run): Run {
  const { plan, schedule } = run;
  return {
    ...run,
    title: privateWork,
    ...(schedule === undefined ? {} : { goal: privateWork }),
    ...(plan ? { plan: { ...plan, title: privateWork, steps: bareSteps(plan.steps) } } : {}),
  };
}
