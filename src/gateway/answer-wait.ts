// Ends a wait with an answer, whoever brought it: a click, a reply, a default that fell due.
//
//   W1  A wait is resolved at most once; resolving, waking and showing the decision are one transaction.

import type { Button } from "../domain/outbox.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import type { Wait, WaitAnswer } from "../domain/wait.ts";
import { runEvent } from "../runtime/recording.ts";
import { attention } from "../runtime/voice/attention.ts";
import { decidedLine } from "../runtime/voice/decided.ts";
import { sayDecided } from "./asked-cards.ts";
import type { Decision } from "./desk.ts";
import { markSession } from "./marks.ts";
import type { PlaceRules } from "./rules.ts";

/** How the two ways on from a budget pause are stored. */
export const budgetAnswers = { add: "add", finish: "finish" } as const;

/** Who was asked, or in employee mode also a manager (I10). */
export function mayAnswer(
  run: Run,
  wait: Wait,
  { key, kind }: Pick<Person, "key" | "kind">,
  rules: PlaceRules,
): boolean {
  if (rules.revoked.has(key)) return false;
  return key === wait.asked || (run.mode === "employee" && kind === "member" && rules.managers.includes(key));
}

/** False if something else came first: nothing is changed then. */
export async function answerWait(
  d: Decision,
  asked: { readonly run: Run; readonly wait: Wait },
  answer: WaitAnswer,
): Promise<boolean> {
  const { run, wait } = asked;
  await d.tx.runs.hold(run.id); // as a stop does, which comes to the wait after the run
  const [isResolved, person] = await Promise.all([
    d.tx.waits.resolve(wait.id, answer, d.now),
    d.tx.people.find(wait.asked),
  ]);
  if (!isResolved) return false;
  await sayDecided(d, run, wait, decidedLine(answer, d.now, person?.timeZone));
  await d.tx.audit.append({
    ...runEvent(run, "run.resumed", d.now, { wait: wait.id, for: wait.ask.kind, via: answer.via }),
    actor: answer.by ?? "system",
  });
  await markSession(d, run, "processing", `answered:${wait.id}`);
  await wakeRun(d, run);
  return true;
}

/** `waiting → queued`, and rung: also if something else woke it a moment ago. */
export async function wakeRun(d: Decision, run: Run): Promise<void> {
  const [ahead, segment] = await Promise.all([
    d.tx.runs.priority(run.tenant, run.subject), // before it is queued itself
    d.tx.runs.wake(run.id),
  ]);
  if (segment !== undefined) {
    await d.promise(run.id);
    return d.ring({ ...run, segment }, ahead);
  }
  const now = await d.tx.runs.find(run.id);
  if (now?.state === "queued") await d.ring(now);
}

/** Longer than any label. */
const longestChoice = 1_000;

/** What a plain reply chooses: an option by its number or its words. */
export function chosenOption(run: Run, wait: Wait, text: string): Button | undefined {
  if (text.length > longestChoice) return undefined;
  const { options } = attention(run, wait.id, wait.ask, undefined);
  const said = plain(text);
  const number = /^#?(\d{1,2})[.)]?$/u.exec(said)?.[1];
  if (number !== undefined) return options[Number(number) - 1];
  return options.find((option) => plain(option.label) === said);
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s.!?…]+$/u, "");
}
