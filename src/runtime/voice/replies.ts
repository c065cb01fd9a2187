// What the agent says about itself and about what it can't do here: small print, in plain sentences.

import { spokenName } from "../../domain/agent.ts";
import { usdInWords } from "../../domain/budget.ts";
import { type ConversationAddress, isFlat, wholeChat } from "../../domain/conversation.ts";
import type { Run } from "../../domain/run.ts";
import type { Step } from "../../domain/step.ts";
import type { QuestionAsk, Wait, WaitAsk } from "../../domain/wait.ts";
import { duration, progressLines } from "./result.ts";

export const emptyMention =
  "I'm here. Tell me in a sentence what you need, or attach a file and say what to do with it. `help` shows the words I know.";

export const unreadableNote =
  "Some characters of your message could not be read and show as \uFFFD. If they matter, please send them as a file.";

type Place = Pick<ConversationAddress, "kind" | "thread">;

/** A chat is no thread, and has none. */
function hereIn({ thread }: Place): string {
  return thread === wholeChat ? "here" : "in this thread";
}

/** In direct messages nobody has to mention it, and nobody else replies; without threads nobody is followed. */
export function help(agent: string, at: Place): string {
  const how =
    at.kind === "dm"
      ? "Write what you need; I work on it, ask when I need you, and post the result here."
      : `Mention me with what you need; I work on it here, ask when I need you, and post the result ${hereIn(at)}.`;
  return [
    `I'm ${spokenName(agent)}. ${how}`,
    "",
    "While I work, whoever asked can write here to steer me. These words work by themselves:",
    "• `status`: what I'm doing",
    "• `why`: for whom, and why I'm doing it",
    "• `stop` or `cancel`: end the work",
    "• `memory`: what I remember, and how to erase it",
    "• `accounts`, `connect` or `disconnect` and a name: your accounts that I may use for you",
    "• `link`: show me that you are the same person on another platform; `unlink` ends it",
    "• `schedules`: what I do for you by the clock, to pause, run or delete it",
    ...(at.kind === "dm" || isFlat(at)
      ? []
      : ["• `!mute` and `!unmute`: whether I react to replies in this thread without a mention"]),
  ].join("\n");
}

export function muted(at: Place): string {
  const how = at.kind === "dm" ? "Write `!unmute`" : "Mention me, or write `!unmute`,";
  return `I'm quiet ${hereIn(at)} now. ${how} when you want me again.`;
}

export function unmuted(at: Place): string {
  return `I'm listening ${hereIn(at)} again.`;
}

export const nothingToStop = "Nothing is running here, so there is nothing to stop.";
export const notBegun = "All right, I haven't begun.";
export const notAvailable = "That isn't available here.";
export const gone = "That belongs to work I no longer have. Nothing was changed.";
/** To somebody who wrote freely while only a choice lets the work go on. */
export const noted =
  "I've noted that. I go on as soon as one of the options of my message above is chosen; a reply with its number does it too.";
export const emptyAnswer = "That answer was empty. Choose an option, or write what you want me to know.";
export const endedAlready = "This has ended already, so there is nothing to stop.";
export const thanks = "Thanks for telling me.";
export const sorryFeedback =
  "Thanks for telling me. Write here what was wrong or missing, and I'll take it from there.";
export const keptFeedback =
  "Thanks for telling me. It is kept with this work, for the people who look after me. If I should do it again, write here how.";
export const actionFailed = "Sorry, that did not work, and nothing was changed. The details are in my log.";
export const uncheckedClick =
  "I could not find out just now whether you are a member of this organisation, so your click decided nothing. What it asks about is still open: please click again in a moment.";
export const messageFailed =
  "Sorry, I could not take this in because of a fault on my side. It is kept, and the details are in my log. Please ask again.";

export const refusedPlaces = {
  revoked:
    "I don't work for you any more: an operator has withdrawn your access. If that is wrong, ask whoever looks after me.",
  "channel-off":
    "I'm switched off in this channel. Ask whoever looks after me to switch me on, or write to me elsewhere.",
  unchecked:
    "I could not find out just now whether you are a member of this organisation, and I only work for members here. Please say that again in a few minutes.",
  guest:
    "Here I only work for members of this organisation. Ask a member to ask me, or whoever looks after me to let guests in.",
} as const;

/** To somebody who addresses the agent while it works for another person (I10). `flat`: where there are no threads. */
export function busyFor(run: Run, flat: boolean): string {
  const where = flat ? "here" : "in this thread";
  const instead = flat ? "write to me alone, or ask here when this is done" : "ask me in a new thread";
  return (
    `I'm working for ${run.subjectName} on “${run.plan?.title ?? run.title}” ${where}, and only ${run.subjectName} can change that. ` +
    `I've kept what you wrote as information. If you want something done, ${instead}.`
  );
}

export function alreadyBusy(run: Run): string {
  return `I'm at work here already, on “${run.plan?.title ?? run.title}”. Ask again when that is done.`;
}

export const cannotGoOn =
  "There is nothing to go on from here: it is done, or its record can't be gone on from. Mention me with what you need next.";

/** To whoever clicks once more on what has been taken up again. */
export function takenUpAlready(next: Run): string {
  return `That was taken up again already, and is ${next.state === "waiting" ? "waiting for an answer" : next.state} now (${next.id}).`;
}

export function onlyMayAnswer(name: string): string {
  return `Only ${name} can answer this.`;
}

export function onlyMayStop(run: Run): string {
  return `I'm working for ${run.subjectName}. Only ${run.subjectName} or my managers can stop this.`;
}

export function onlyMayRetry(run: Run): string {
  return `This was asked by ${run.subjectName}. Only ${run.subjectName} or my managers can have it tried again.`;
}

/** `waits` are those of the run, newest first. */
export function status(run: Run, waits: readonly Wait[], now: number): string {
  const title = run.plan?.title ?? run.title;
  const since = duration(now - run.createdAt);
  const waiting = waits.find((wait) => wait.state === "open");
  const lines = [
    `${stateInWords(run, waiting)}: “${title}”, asked by ${run.subjectName} ${since} ago.`,
    waiting && isOpenQuestion(waiting.ask) ? `My question: ${waiting.ask.question}` : "",
    progressLines(run),
    run.spent.usdMicros > 0 ? `Spent so far: ${usdInWords(run.spent.usdMicros / 1e6)}.` : "",
  ];
  return lines.filter((line) => line !== "").join("\n");
}

export function idleStatus(last: Run | undefined, now: number): string {
  if (!last) return "Nothing is running here, and nothing has been so far.";
  const title = last.plan?.title ?? last.title;
  const ended = last.endedAt === undefined ? "" : ` ${duration(now - last.endedAt)} ago`;
  return `Nothing is running here. The last was “${title}”, ${endedInWords(last.state)}${ended}.`;
}

/** For whom, by what right, and what the present step is for. */
export function why(run: Run, waits: readonly Wait[], last: Step | undefined, now: number): string {
  const doing = run.plan?.steps.find((step) => step.state === "doing");
  return [
    `${run.subjectName} asked: “${firstLine(run.goal)}”.`,
    run.mode === "assistant"
      ? `I act for ${run.subjectName} alone, with ${run.subjectName}'s own rights.`
      : `I act as ${run.agent}, with my own rights, for this channel. ${run.subjectName} and my managers steer me.`,
    doing ? `In my plan I'm at: ${doing.text}.` : "",
    last === undefined
      ? ""
      : `The last thing I did was ${actInWords(last)}, ${duration(now - last.startedAt)} ago.`,
    waits.some((wait) => wait.state === "open") ? "I'm waiting for an answer before I go on." : "",
    `Every step is kept: \`deputy runs show ${run.id}\`.`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

export function whyIdle(last: Run | undefined): string {
  if (!last) return "I have done nothing here so far.";
  return `The last thing here was “${last.plan?.title ?? last.title}”, asked by ${last.subjectName}. Every step is kept: \`deputy runs show ${last.id}\`.`;
}

/** One whose words the thread shows (OUT-4). */
function isOpenQuestion(ask: WaitAsk): ask is QuestionAsk {
  return ask.kind === "question" && ask.apart === undefined;
}

/** A reminder of an unanswered question: one, and it notifies. */
export function nudgeText(wait: Wait): string {
  const about = isOpenQuestion(wait.ask) ? `: ${wait.ask.question}` : ".";
  return `I'm still waiting for your answer${about}\nReply here, or use the buttons above.`;
}

function stateInWords(run: Run, waiting: Wait | undefined): string {
  if (run.state === "queued") return "Queued";
  if (run.state === "working") return run.stopRequestedBy === undefined ? "Working" : "Stopping";
  if (waiting?.ask.kind === "budget") return "Paused at its budget";
  return waiting ? `Waiting for ${run.subjectName}` : "Waiting";
}

function endedInWords(state: Run["state"]): string {
  return state === "done" ? "done" : `${state}`;
}

function actInWords(step: Step): string {
  switch (step.kind) {
    case "model":
      return "to think about the next step";
    case "tool":
      return `to use \`${step.tool ?? "a tool"}\``;
    case "wait":
      return "to wait";
    case "compaction":
      return "to condense my notes";
    default:
      return step.kind satisfies never;
  }
}

function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
