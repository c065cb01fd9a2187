// Answers of a program to questions of work that was handed over: the one kind of wait that is not a decision of a person.
//
//   HA1  Only whom a question is for answers it. Approvals, accounts, budgets and doubts are for people in chat (design 10).
//   HA2  An answer is kept in the inbox in the transaction that it ends the wait in (I1); twice is once.

import { asWaitId } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import * as words from "../runtime/voice/handed-words.ts";
import { answerWait, chosenOption } from "./answer-wait.ts";
import type { Caller } from "./callers.ts";
import { cleanText } from "./clean-event.ts";
import type { Decision } from "./desk.ts";
import { eventName, type HandedDeps } from "./handed-work.ts";
import { ownRun } from "./handed-runs.ts";
import { eventKeeper } from "./keep-event.ts";

export interface HandedAnswer {
  readonly caller: Caller;
  readonly run: string;
  readonly question: string;
  readonly answer: string;
}

/** Undefined if it is taken, else why not. */
export function answerHanded(deps: HandedDeps, given: HandedAnswer): Promise<string | undefined> {
  return deps.desk.decide(async (d) => {
    const run = await ownRun(d.tx, given.caller, given.run);
    if (!run) return words.noSuchRun;
    if (run.through === undefined) return words.notHandedOver;
    const wait = await d.tx.waits.find(asWaitId(given.question));
    if (!wait || wait.run !== run.id) return words.answeredAlready;
    const refusal = refusalOf(wait, given.caller);
    return refusal ?? take(d, deps, { run, wait }, given);
  });
}

function refusalOf(wait: Wait, { person }: Caller): string | undefined {
  if (wait.ask.kind !== "question") return words.answerElsewhere;
  if (wait.asked !== person.key) return words.notYourQuestion;
  return wait.state === "open" ? undefined : words.answeredAlready;
}

async function take(
  d: Decision,
  { ids }: HandedDeps,
  { run, wait }: { readonly run: Run; readonly wait: Wait },
  { caller, answer: given }: HandedAnswer,
): Promise<string | undefined> {
  const text = cleanText(given.trim());
  if (text === "") return words.emptyAnswerHere;
  const conversation = await d.tx.conversations.find(run.conversation);
  if (!conversation) return words.noSuchRun;
  const { person, program } = caller;
  const event = {
    eventId: eventName(caller, "answer", wait.id),
    conversation: conversation.address,
    author: person,
    sentAt: d.now,
    kind: "action",
    action: "question.answer",
    value: wait.id,
    text,
  } as const;
  const kept = await eventKeeper(event, { ids, now: d.now, dueAt: d.now })(d.tx);
  const option = chosenOption(run, wait, text);
  const chosen = option !== undefined && option.action === "question.answer";
  const taken = await answerWait(
    d,
    { run, wait },
    {
      answer: chosen ? option.label : text,
      by: person.key,
      byName: person.name,
      via: chosen ? "button" : "text",
      through: program,
    },
  );
  await d.tx.inbox.route(kept.id, "routed", run.id);
  return taken ? undefined : words.answeredAlready;
}
