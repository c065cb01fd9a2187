// Clicks (ux c.3, c.8, c.9, c.11): the button says what, the server decides who may.
//
//   AC1  The clicker is checked against the row that the button names, never against what the message showed.
//   AC2  A button works in the conversation it was posted in. Besides, in their own tenant, a person may stop what is theirs
//        from anywhere, and answer from their home page what they are asked, and in their direct messages what they were asked there.
//   AC3  A second click, or one that comes late, changes nothing and gets an answer.
//   AC4  What is started over is no more its person's own words than it was: others' are quoted, and marked, however often that is.

import type { Ids } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import { type ActionId, isApprovalAction, parseOptionValue, parseRetryValue } from "../domain/actions.ts";
import { isAside } from "../domain/conversation.ts";
import { canGoOn } from "../domain/going-on.ts";
import { asRunId, asWaitId, type PersonKey, type RunId } from "../domain/ids.ts";
import type { InboundAction } from "../domain/inbound.ts";
import { othersWords, passedMarks, quotedWords } from "../domain/passed-on.ts";
import { isTerminal, type Run } from "../domain/run.ts";
import {
  allRaised,
  authorMarks,
  isMarked,
  isTainted,
  strangerMarks,
  type TaintMarks,
  untainted,
} from "../domain/taint.ts";
import type { Wait, WaitAnswer } from "../domain/wait.ts";
import { toldIn } from "../runtime/told-run.ts";
import { doubtOptions } from "../runtime/voice/attention.ts";
import { alreadyDecided } from "../runtime/voice/decided.ts";
import { stoppingOwn } from "../runtime/voice/own-work.ts";
import * as replies from "../runtime/voice/replies.ts";
import { clickAnother, clickUse } from "./account-choice.ts";
import { servedAt } from "./addressing.ts";
import { clickDecision, clickEdit, clickView } from "./approval-clicks.ts";
import type { ApprovalParts } from "./approval-desk.ts";
import { askedPrivately } from "./asked-privately.ts";
import { answerWait, budgetAnswers, mayAnswer } from "./answer-wait.ts";
import { clickDecline, clickDisconnect, clickOpen, clickUseHere } from "./connection-acts.ts";
import type { Decision } from "./desk.ts";
import { takeFeedback } from "./feedback.ts";
import { goOn } from "./go-on.ts";
import { titleLine } from "./goal.ts";
import { type Heard, nameOf, tellAuthor } from "./heard.ts";
import { markIdle } from "./marks.ts";
import { answerUnlink } from "./person-links.ts";
import { maySteer, mayStop, type PlaceRules, type RulesFor } from "./rules.ts";
import { clickApproval, clickChange, clickRunNow } from "./schedule-actions.ts";
import { startRun } from "./start-run.ts";
import { stopRun } from "./stop-run.ts";
import { refuseStop } from "./verb-answers.ts";
import { postHere, showPrivately } from "./withheld-actions.ts";

type Click = Heard<InboundAction>;

export interface ActionDeps {
  readonly ids: Ids;
  readonly log: Logger;
  readonly rulesFor: RulesFor;
  readonly approvals: ApprovalParts;
}

type Act = (d: Decision, click: Click, deps: ActionDeps) => Promise<void>;

const acts: Readonly<Record<ActionId, Act>> = {
  "question.answer": answerQuestion,
  "budget.add": (d, click) => answerPause(d, click, budgetAnswers.add),
  "budget.finish": (d, click) => answerPause(d, click, budgetAnswers.finish),
  "run.stop": stop,
  "run.retry": retry,
  "run.resume": resume,
  "feedback.up": feedback,
  "feedback.down": feedback,
  "approval.approve": (d, click, deps) => decideAsked(d, click, deps, "approve"),
  "approval.deny": (d, click, deps) => decideAsked(d, click, deps, "deny"),
  "approval.edit": (d, click, { ids, approvals }) => clickEdit(d, { parts: approvals, ids }, click),
  "approval.view": (d, click) => clickView(d, click),
  "connect.open": (d, click) => clickOpen(d, click),
  "connect.decline": (d, click) => clickDecline(d, click),
  "connect.disconnect": (d, click) => clickDisconnect(d, click),
  "connect.use": (d, click) => clickUse(d, click),
  "connect.another": (d, click) => clickAnother(d, click),
  "grant.use_here": (d, click) => clickUseHere(d, click),
  "result.show_privately": showPrivately,
  "result.post_here": postHere,
  "schedule.pause": (d, click) => clickChange(d, click, "pause"),
  "schedule.resume": (d, click) => clickChange(d, click, "resume"),
  "schedule.delete": (d, click) => clickChange(d, click, "delete"),
  "schedule.run": clickRunNow,
  "person.unlink": (d, click) => answerUnlink(d, click),
};

export async function actOn(d: Decision, click: Click, deps: ActionDeps): Promise<void> {
  const { author, action } = click.event;
  if (author.unchecked === true && isApprovalAction(action))
    return tellAuthor(d, click, replies.uncheckedClick); // KA3
  await acts[action](d, click, deps);
}

async function answerQuestion(d: Decision, click: Click): Promise<void> {
  const { wait: id, option } = parseOptionValue(click.event.value);
  const asked = await findAsked(d, click, id);
  if (!asked) return;
  const { kind } = asked.wait.ask;
  if (kind !== "question" && kind !== "doubt") return tellAuthor(d, click, replies.notAvailable);
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

/** A schedule that was proposed, or an act. */
async function decideAsked(
  d: Decision,
  click: Click,
  { approvals }: ActionDeps,
  verdict: "approve" | "deny",
): Promise<void> {
  const wait = await d.tx.waits.find(asWaitId(click.event.value));
  if (wait?.ask.kind !== "schedule") return clickDecision(d, approvals, click, verdict);
  const asked = await findAsked(d, click, wait.id);
  if (asked) await clickApproval(d, click, asked, verdict === "approve");
}

interface Asked {
  readonly run: Run;
  readonly wait: Wait;
}

async function findAsked(d: Decision, click: Click, id: Wait["id"]): Promise<Asked | undefined> {
  const wait = await d.tx.waits.find(id);
  const run = wait && (await d.tx.runs.find(wait.run));
  if (wait && run && (isHere(click, run) || (await answersAside(d, click, { run, wait }))))
    return { run, wait };
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
  if (!mayAnswer(run, wait, author, click.rules)) {
    const name = await nameOf(d, wait.asked, run.subjectName);
    return tellAuthor(d, click, replies.onlyMayAnswer(name));
  }
  if (await answerWait(d, asked, { ...answer, by: author.key, byName: author.name })) {
    return d.note({ kind: "taken-in", run, row: click.row });
  }
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
async function answersAside(d: Decision, click: Click, { run, wait }: Asked): Promise<boolean> {
  if (!isOwn(click, run, wait.asked)) return false;
  return isAside(click.conversation.address) || (await askedPrivately(d, click, wait));
}

/** The run that the button names, if it is of this conversation. */
async function findRun(d: Decision, click: Click, id?: RunId): Promise<Run | undefined> {
  const run = await d.tx.runs.find(id ?? asRunId(click.event.value));
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

/** On from where it ended. */
async function resume(d: Decision, click: Click, { ids }: ActionDeps): Promise<void> {
  const old = await findEnded(d, click, asRunId(click.event.value));
  if (!old) return;
  if (!canGoOn(old)) return tellAuthor(d, click, replies.cannotGoOn);
  await takeUp(d, click, ids, old);
}

/** On from where it ended, where that can help, or from the start: the button says which. */
async function retry(d: Decision, click: Click, { ids, rulesFor }: ActionDeps): Promise<void> {
  const { run: id, anew } = parseRetryValue(click.event.value);
  const old = await findEnded(d, click, id);
  if (!old) return;
  if (!anew && canGoOn(old)) return takeUp(d, click, ids, old);
  const active = await d.tx.runs.active(click.conversation.id);
  if (active) return tellAuthor(d, click, replies.alreadyBusy(toldIn(active, click.conversation.address)));
  const { conversation } = click;
  const rules = rulesOfNew(old, click, rulesFor);
  // Whoever asks for it is its subject: it is new work.
  const subject = click.event.author;
  const { through } = old;
  // Words of another person, or of a run that had read strangers', stay theirs, also where a manager has it done again (AC4, I10, PW1, PR1).
  const composed = await composedMarks(d, old);
  const isOwn = subject.key === old.subject;
  const by = isTainted(composed) ? undefined : old.subjectName;
  const goal = isOwn && !isTainted(composed) ? old.goal : quotedWords(old.goal, by);
  const author = isOwn ? untainted : await subjectMarks(d, old);
  const taint = allRaised([composed, author, await passedOnTo(d, old)]);
  // It has seen nothing yet, and doesn't begin with words of the one that had (OUT-4).
  const title = isMarked(old.taint) ? titleLine(old.goal) : old.title;
  await startRun(d, ids, { conversation, rules, subject, goal, title, through, taint });
}

/** What came round by the clock was the work of one agent, whoever works in the place; while there is such an agent, it still is. */
function rulesOfNew(
  { schedule, agent }: Run,
  { conversation, rules }: Click,
  rulesFor: RulesFor,
): PlaceRules {
  const own = schedule === undefined ? rules : rulesFor(conversation.address, agent);
  return own.agent === agent ? own : rules;
}

async function subjectMarks(d: Decision, { subject }: Run): Promise<TaintMarks> {
  const author = await d.tx.people.find(subject);
  return author ? authorMarks(author) : strangerMarks(subject);
}

/** Of a schedule whose words a run composed: what that had seen. */
async function composedMarks(d: Decision, { schedule: id }: Run): Promise<TaintMarks> {
  const schedule = id === undefined ? undefined : await d.tx.schedules.find(id);
  return schedule?.taint ?? untainted;
}

const looked = 50;

/** Whose words were passed on in what the run was asked; where that is not there to be read any more, all that the run has seen. */
async function passedOnTo(d: Decision, { id, conversation, goal, taint }: Run): Promise<TaintMarks> {
  const heard = await d.tx.inbox.history(conversation, Number.MAX_SAFE_INTEGER, looked);
  const asked = heard.flatMap(({ run, event }) => (run === id && event.kind === "message" ? [event] : []));
  if (asked.length > 0) return allRaised(asked.map(passedMarks));
  return othersWords(goal) === "" ? untainted : taint;
}

async function takeUp(d: Decision, click: Click, ids: Ids, old: Run): Promise<void> {
  const by = click.event.author;
  if (await goOn(d, ids, { old, by })) return;
  const [next] = await d.tx.runs.list({ continues: old.id, limit: 1 });
  if (next) return tellAuthor(d, click, replies.takenUpAlready(next));
  const active = await d.tx.runs.active(click.conversation.id);
  await tellAuthor(
    d,
    click,
    active ? replies.alreadyBusy(toldIn(active, click.conversation.address)) : replies.gone,
  );
}

/** The ended run of the button, if the clicker may have it go on: it starts work as a mention does, so it needs what that needs. */
async function findEnded(d: Decision, click: Click, id: RunId): Promise<Run | undefined> {
  const { author } = click.event;
  const run = await findRun(d, click, id);
  const refusal = run === undefined ? replies.gone : refusalOf(run, click);
  if (run && refusal === undefined) return run;
  await tellAuthor(d, click, refusal ?? replies.gone);
  return undefined;

  function refusalOf(found: Run, { rules, conversation }: Click): string | undefined {
    if (!maySteer(found, author, rules)) return replies.onlyMayRetry(found);
    const served = servedAt(author, { kind: conversation.address.kind, rules });
    if (served.kind === "refused") return replies.refusedPlaces[served.why];
    if (served.kind !== "addressed") return replies.gone;
    return isTerminal(found.state) ? undefined : replies.alreadyBusy(toldIn(found, conversation.address));
  }
}

async function feedback(d: Decision, click: Click, { log }: ActionDeps): Promise<void> {
  const run = await findRun(d, click);
  if (!run) return tellAuthor(d, click, replies.gone);
  await takeFeedback(d, click, run, log);
}
