// Clicks (ux c.3, c.8, c.9, c.11): the button says what, the server decides who may.
//
//   AC1  The clicker is checked against the row that the button names, never against what the message showed.
//   AC2  A button works in the conversation it was posted in. Besides, in their own tenant, a person may stop what is theirs
//        from anywhere, and answer what they are asked from their home page.
//   AC3  A second click, or one that comes late, changes nothing and gets an answer.

import type { Ids } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import { type ActionId, parseOptionValue } from "../domain/actions.ts";
import { isAside } from "../domain/conversation.ts";
import { asRunId, type PersonKey } from "../domain/ids.ts";
import type { InboundAction } from "../domain/inbound.ts";
import { isTerminal, type Run } from "../domain/run.ts";
import type { Wait, WaitAnswer } from "../domain/wait.ts";
import { doubtOptions } from "../runtime/voice/attention.ts";
import { alreadyDecided } from "../runtime/voice/decided.ts";
import { stoppingOwn } from "../runtime/voice/own-work.ts";
import * as replies from "../runtime/voice/replies.ts";
import { servedAt } from "./addressing.ts";
import { answerWait, budgetAnswers, mayAnswer } from "./answer-wait.ts";
import type { Decision } from "./desk.ts";
import { takeFeedback } from "./feedback.ts";
import { type Heard, nameOf, tellAuthor } from "./heard.ts";
import { markIdle } from "./marks.ts";
import { maySteer, mayStop } from "./rules.ts";
import { startRun } from "./start-run.ts";
import { stopRun } from "./stop-run.ts";
import { refuseStop } from "./verb-answers.ts";

type Click = Heard<InboundAction>;

export interface ActionDeps {
  readonly ids: Ids;
  readonly log: Logger;
}

type Act = (d: Decision, click: Click, deps: ActionDeps) => Promise<void>;

const unavailable: Act = (d, click) => tellAuthor(d, click, replies.notAvailable);

const acts: Readonly<Record<ActionId, Act>> = {
  "question.answer": answerQuestion,
  "budget.add": (d, click) => answerPause(d, click, budgetAnswers.add),
  "budget.finish": (d, click) => answerPause(d, click, budgetAnswers.finish),
  "run.stop": stop,
  "run.retry": retry,
  "run.resume": retry,
  "feedback.up": feedback,
  "feedback.down": feedback,
  "approval.approve": unavailable,
  "approval.deny": unavailable,
  "approval.edit": unavailable,
  "approval.view": unavailable,
  "connect.open": unavailable,
  "connect.decline": unavailable,
  "connect.disconnect": unavailable,
  "grant.use_here": unavailable,
  "result.show_privately": unavailable,
  "result.post_here": unavailable,
};

export async function actOn(d: Decision, click: Click, deps: ActionDeps): Promise<void> {
  await acts[click.event.action](d, click, deps);
}

async function answerQuestion(d: Decision, click: Click): Promise<void> {
  const { wait: id, option } = parseOptionValue(click.event.value);
  const asked = await findAsked(d, click, id);
  if (!asked) return;
  if (asked.wait.ask.kind === "budget") return tellAuthor(d, click, replies.notAvailable);
  const chosen = option === undefined ? undefined : optionsOf(asked.wait)[option];
  const typed = click.event.text?.trim() ?? "";
  const answer = chosen ?? typed;
  if (answer === "") return tellAuthor(d, click, option === undefined ? replies.emptyAnswer : replies.gone);
  await resolve(d, click, asked, { answer, via: chosen === undefined ? "text" : "button" });
}

async function answerPause(d: Decision, click: Click, answer: string): Promise<void> {
  const asked = await findAsked(d, click, parseOptionValue(click.event.value).wait);
  if (!asked) return;
  if (asked.wait.ask.kind !== "budget") return tellAuthor(d, click, replies.notAvailable);
  await resolve(d, click, asked, { answer, via: "button" });
}

interface Asked {
  readonly run: Run;
  readonly wait: Wait;
}

async function findAsked(d: Decision, click: Click, id: Wait["id"]): Promise<Asked | undefined> {
  const wait = await d.tx.waits.find(id);
  const run = wait && (await d.tx.runs.find(wait.run));
  if (wait && run && (isHere(click, run) || answersAside(click, run, wait))) return { run, wait };
  await tellAuthor(d, click, replies.gone);
  return undefined;
}

function optionsOf({ ask }: Wait): readonly string[] {
  return ask.kind === "question" ? ask.options : doubtOptions;
}

async function resolve(
  d: Decision,
  click: Click,
  asked: Asked,
  answer: Pick<WaitAnswer, "answer" | "via">,
): Promise<void> {
  const { run, wait } = asked;
  const { author } = click.event;
  if (!mayAnswer(run, wait, author.key, click.rules)) {
    const name = await nameOf(d, wait.asked, run.subjectName);
    return tellAuthor(d, click, replies.onlyMayAnswer(name));
  }
  if (await answerWait(d, asked, { ...answer, by: author.key, byName: author.name })) return;
  const now = await d.tx.waits.find(wait.id);
  await tellAuthor(d, click, alreadyDecided(now?.answer));
}

function isHere({ conversation }: Click, run: Run): boolean {
  return run.conversation === conversation.id;
}

function isOwn({ conversation, event }: Click, run: Run, owner: PersonKey): boolean {
  return run.tenant === conversation.tenant && event.author.key === owner;
}

/** AC2. */
function answersAside(click: Click, run: Run, wait: Wait): boolean {
  return isAside(click.conversation.address) && isOwn(click, run, wait.asked);
}

/** The run that the button names, if it is of this conversation. */
async function findRun(d: Decision, click: Click): Promise<Run | undefined> {
  const run = await d.tx.runs.find(asRunId(click.event.value));
  return run && isHere(click, run) ? run : undefined;
}

async function stop(d: Decision, click: Click): Promise<void> {
  const { author } = click.event;
  const run = await d.tx.runs.find(asRunId(click.event.value));
  if (!run || !(isHere(click, run) || isOwn(click, run, run.subject)))
    return tellAuthor(d, click, replies.gone);
  if (isTerminal(run.state)) return endedAlready(d, click, run);
  if (!mayStop(run, author.key, click.rules)) return refuseStop(d, click, run);
  await stopRun(d, run, author);
  if (!isHere(click, run)) await tellAuthor(d, click, stoppingOwn(run));
}

/** Whoever still sees a Stop sees a mark that was left behind: it is taken away. */
async function endedAlready(d: Decision, click: Click, run: Run): Promise<void> {
  await tellAuthor(d, click, replies.endedAlready);
  const place = await d.tx.conversations.find(run.conversation);
  if (!place || (await d.tx.runs.active(place.id))) return;
  await markIdle(d, place, `idle:${click.row.id}`);
}

/** A new run with the same goal: ended is ended (D1). Whoever asks for it is its subject. */
async function retry(d: Decision, click: Click, { ids }: ActionDeps): Promise<void> {
  const { author } = click.event;
  const run = await findRun(d, click);
  if (!run) return tellAuthor(d, click, replies.gone);
  if (!maySteer(run, author.key, click.rules)) return tellAuthor(d, click, replies.onlyMayRetry(run));
  // It starts work as a mention does, so it needs what that needs.
  const served = servedAt(author, { kind: click.conversation.address.kind, rules: click.rules });
  if (served.kind !== "addressed") {
    return tellAuthor(d, click, served.kind === "refused" ? replies.refusedPlaces[served.why] : replies.gone);
  }
  const active = await d.tx.runs.active(click.conversation.id);
  if (active) return tellAuthor(d, click, replies.alreadyBusy(active));
  const { conversation, rules } = click;
  await startRun(d, ids, { conversation, rules, subject: author, goal: run.goal, title: run.title });
}

async function feedback(d: Decision, click: Click, { log }: ActionDeps): Promise<void> {
  const run = await findRun(d, click);
  if (!run) return tellAuthor(d, click, replies.gone);
  await takeFeedback(d, click, run, log);
}
