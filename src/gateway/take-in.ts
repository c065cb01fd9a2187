// What is said to a run that is there: answers, steering, and what others say (I10).
//
//   K1  Only the subject, or in employee mode a manager, steers. Whatever others write is data with their name on it.
//   K2  A wait that asks a person is answered by that person's plain reply; a pause or a doubt only by one of its options.
//   K3  What was asked for approval stands for the task as it was: whoever steers before deciding has it asked again
//        (ux c.8). Words never approve.

import { isFlat } from "../domain/conversation.ts";
import type { InboundFile, InboundMessage } from "../domain/inbound.ts";
import type { Mail } from "../domain/mailbox.ts";
import type { Button } from "../domain/outbox.ts";
import type { Run } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import { whisper } from "../runtime/voice/notice.ts";
import { toldHere } from "../runtime/told-run.ts";
import { busyFor, noted } from "../runtime/voice/replies.ts";
import { supersedeApprovals } from "./approval-desk.ts";
import { sayDecided } from "./asked-cards.ts";
import { answerWait, budgetAnswers, chosenOption, wakeRun } from "./answer-wait.ts";
import type { Arrived } from "./arrivals.ts";
import { changeCard } from "./card.ts";
import type { Decision } from "./desk.ts";
import { messageText } from "./goal.ts";
import type { Heard } from "./heard.ts";
import { markSeen, markSession } from "./marks.ts";
import { maySteer } from "./rules.ts";
import { stopRun } from "./stop-run.ts";

export interface Said extends Heard<InboundMessage> {
  readonly arrived?: Arrived;
}

/**
 * Takes in what people said to the agent while `run` is active: in order, one author's words together.
 * With `mayAnswer` false it is never taken for the answer to a question: an edit is not a reply.
 */
export async function takeIn(d: Decision, run: Run, said: readonly Said[], mayAnswer = true): Promise<void> {
  const authors = new Set(said.map(({ event }) => event.author.key));
  for (const author of authors) {
    const theirs = said.filter(({ event }) => event.author.key === author);
    const [first] = theirs;
    if (!first) continue;
    if (maySteer(run, first.event.author, first.rules)) await steer(d, run, theirs, mayAnswer);
    else await setAside(d, run, theirs);
  }
}

/** Keeps what was said near the run, not to it. Wakes nobody. */
export async function overhear(d: Decision, run: Run, heard: Heard<InboundMessage>): Promise<void> {
  await d.tx.mailbox.add({ ...mailOf(run, heard, undefined), kind: "overheard", files: [] });
}

async function setAside(d: Decision, run: Run, said: readonly Said[]): Promise<void> {
  for (const heard of said) {
    await overhear(d, run, heard);
    await d.tx.inbox.route(heard.row.id, "routed", run.id);
    d.note({ kind: "taken-in", run, row: heard.row });
    const { author } = heard.event;
    const at = { tenant: run.tenant, conversation: run.conversation, run: run.id };
    const words = busyFor(await toldHere(d.tx, run), isFlat(heard.conversation.address));
    await d.say(whisper(at, `busy:${run.id}:${author.key}`, author.key, words));
  }
}

async function steer(d: Decision, run: Run, said: readonly Said[], mayAnswer: boolean): Promise<void> {
  const waits = run.state === "waiting" ? await d.tx.waits.readableOf(run.id) : [];
  const open = waits.find((wait) => wait.state === "open");
  const superseded = open !== undefined && (await supersede(d, run, open, said));
  const answered = mayAnswer && open !== undefined && !superseded && (await answerByText(d, run, open, said));
  if (!answered) {
    for (const heard of said) await d.tx.mailbox.add({ ...mailOf(run, heard, heard.arrived), kind: "steer" });
    await changeCard(d, run, { revision: `noted:${said.at(-1)?.row.id ?? ""}` });
    await bringToNotice(d, run, superseded ? undefined : open, said);
  }
  for (const heard of said) {
    await d.tx.inbox.route(heard.row.id, "routed", run.id);
    d.note({ kind: "taken-in", run, row: heard.row });
    await markSeen(d, heard.conversation, heard.event.messageId);
  }
}

/** A working run reads its mail by itself; a parked one is woken, unless only an answer lets it go on. */
async function bringToNotice(
  d: Decision,
  run: Run,
  open: Wait | undefined,
  said: readonly Said[],
): Promise<void> {
  if (run.state === "working") d.hint({ kind: "mail", run: run.id });
  if (run.state === "waiting" && !open) await wakeRun(d, run);
  if (open && open.ask.kind !== "question") await sayPaused(d, run, said);
}

/** K3. True if what was to be approved no longer stands: the run reads the words, and asks again if it still wants it. */
async function supersede(d: Decision, run: Run, wait: Wait, said: readonly Said[]): Promise<boolean> {
  if (wait.kind !== "approval") return false;
  await d.tx.runs.hold(run.id);
  if (!(await d.tx.waits.supersede(wait.id, d.now))) return false;
  const by = said[0]?.event.author.name ?? run.subjectName;
  const line = `No longer asked: ${by} wrote something new. I take that in first, and ask again if it still holds.`;
  await supersedeApprovals(d, wait);
  await sayDecided(d, run, wait, line);
  await markSession(d, run, "processing", `superseded:${wait.id}`);
  return true;
}

/** True if the words ended the wait. */
async function answerByText(d: Decision, run: Run, wait: Wait, said: readonly Said[]): Promise<boolean> {
  const by = said[0]?.event.author;
  const text = said
    .map(({ event, arrived }) => messageText(event, arrived))
    .filter((part) => part !== "")
    .join("\n");
  if (!by || text === "") return false;
  const option = chosenOption(run, wait, text);
  if (option?.action === "run.stop") return stopRun(d, run, by);
  const answer = answerIn(wait, text, option);
  if (answer === undefined || (wait.ask.kind === "question" && by.key !== wait.asked)) return false;
  const passedOn = said.flatMap(({ event }) => event.passedOn ?? []);
  const marks = passedOn.length > 0 ? { passedOn } : {};
  return answerWait(d, { run, wait }, { answer, by: by.key, byName: by.name, via: "text", ...marks });
}

/** K2. */
function answerIn(wait: Wait, text: string, option: Button | undefined): string | undefined {
  switch (wait.ask.kind) {
    case "question":
      return option?.label ?? text;
    case "doubt":
      return option?.label;
    case "schedule":
    case "grant":
    case "approval":
      return undefined;
    case "budget":
      return budgetAnswer(option);
    default:
      return wait.ask satisfies never;
  }
}

function budgetAnswer(option: Button | undefined): string | undefined {
  if (option?.action === "budget.add") return budgetAnswers.add;
  return option?.action === "budget.finish" ? budgetAnswers.finish : undefined;
}

/** A pause or a doubt goes on by a choice alone; whoever wrote something else is told so. */
async function sayPaused(d: Decision, run: Run, said: readonly Said[]): Promise<void> {
  const last = said.at(-1);
  if (!last) return;
  const at = { tenant: run.tenant, conversation: run.conversation, run: run.id };
  await d.say(whisper(at, `reply:${last.row.id}`, last.event.author.key, noted));
}

function mailOf(
  run: Run,
  { event }: Heard<InboundMessage>,
  arrived: Arrived | undefined,
): Omit<Mail, "seq" | "consumedBy" | "kind"> {
  return {
    run: run.id,
    from: event.author.key,
    fromName: event.author.name,
    text: messageText(event, arrived),
    files: savedFiles(event, arrived),
    messageId: event.messageId,
    sentAt: event.sentAt,
  };
}

/** Under the names they have in `inbox/`. */
function savedFiles(message: InboundMessage, arrived: Arrived | undefined): InboundFile[] {
  return message.files.flatMap((file, index) => {
    const outcome = arrived?.files[index];
    return outcome?.kind === "saved" ? [{ ...file, name: outcome.path.replace(/^inbox\//u, "") }] : [];
  });
}
