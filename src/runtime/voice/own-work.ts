// What a person is told of their own work: answers to commands, and the words of their home page (ux c.13).

import { spokenName } from "../../domain/agent.ts";
import type { PersonKey } from "../../domain/ids.ts";
import type { Attention, Utterance } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import type { Wait } from "../../domain/wait.ts";
import type { NoticePlace } from "./notice.ts";
import { duration } from "./result.ts";
import { stopButton } from "./run-card.ts";

/** A run of the person who asks, where it is seen from there, and what it waits for. */
export interface OwnRun {
  readonly run: Run;
  readonly open: Wait | undefined;
  /** `in this channel`, `in a direct message` … */
  readonly where: string;
}

/** More choices would not be buttons any more (ux c.3). */
const mostChoices = 4;
const longestTitle = 100;

export function titleOfRun(run: Run): string {
  const title = run.plan?.title ?? run.title;
  return title.length > longestTitle ? `${title.slice(0, longestTitle - 1).toWellFormed()}…` : title;
}

/** Told to the run's own person. */
export function ownState(run: Run, open: Wait | undefined): string {
  if (run.state === "queued") return "Queued";
  if (run.state === "working") return run.stopRequestedBy === undefined ? "Working" : "Stopping";
  if (open?.ask.kind === "budget") return "Paused at its budget";
  if (open?.ask.kind === "approval" && open.ask.first !== run.subject)
    return `Waiting for ${open.ask.firstName}`;
  return open ? "Waiting for you" : "Waiting";
}

export function ownStatus(own: readonly OwnRun[], now: number): string {
  if (own.length === 0) return "Nothing of yours is running. Mention me, or write to me, with what you need.";
  const lines = own.map(
    ({ run, open, where }) =>
      `• ${ownState(run, open)}: “${titleOfRun(run)}”, ${where}, asked ${duration(now - run.createdAt)} ago.`,
  );
  return [`You have ${piecesOfWork(own.length)} going on:`, ...lines].join("\n");
}

function piecesOfWork(count: number): string {
  return count === 1 ? "one piece of work" : `${count} pieces of work`;
}

/** `elsewhere`: how many the person has in other places. */
export function nothingToStopHere(elsewhere: number): string {
  const others =
    elsewhere === 0
      ? ""
      : ` You have ${piecesOfWork(elsewhere)} going on elsewhere: \`stop\` in ${elsewhere === 1 ? "its own thread ends it" : "their own threads ends them"}.`;
  return `Nothing of yours is running in this channel, so there is nothing to stop.${others}`;
}

export function stoppingOwn(run: Run): string {
  return `I'm stopping “${titleOfRun(run)}”. Its thread will say how far it got.`;
}

/** For the person alone: which of several is to be stopped. */
export function stopChoice(at: NoticePlace, key: string, to: PersonKey, own: readonly OwnRun[]): Utterance {
  const offered = own.slice(0, mostChoices);
  const lines = offered.map(({ run, open }, n) => `${n + 1}. ${ownState(run, open)}: “${titleOfRun(run)}”`);
  const rest = own.length - offered.length;
  const message: Attention = {
    kind: "attention",
    about: "question",
    title: "Which one shall I stop?",
    text: [
      `You have ${piecesOfWork(own.length)} going on in this channel.`,
      ...lines,
      ...(rest > 0 ? [`And ${rest} more: \`stop\` in their own threads ends them.`] : []),
    ].join("\n"),
    mention: to,
    mentionName: own[0]?.run.subjectName ?? "you",
    options: offered.map(({ run }, n) => ({ ...stopButton(run), label: `Stop ${n + 1}` })),
  };
  return { key, tenant: at.tenant, conversation: at.conversation, op: { op: "whisper", to, message } };
}

export const channelMuted =
  "I'm quiet in this channel now, in all its threads: I answer only when somebody mentions me. The command `unmute` undoes that.";
export const channelUnmuted = "I'm listening in this channel again, as before.";
export const channelStillMuted =
  "I'm listening in this thread again, but this channel as a whole is muted: there I answer only when somebody mentions me. The command `unmute` undoes that.";

export function commandHelp(agent: string): string {
  return [
    `I'm ${spokenName(agent)}. Mention me in a channel, or write to me directly, with what you need. Only you see the answers to these commands:`,
    "• `status`: what I'm doing for you",
    "• `why`: why I'm doing it, and by whose leave",
    "• `stop`: end what I do for you in this channel",
    "• `schedules`: what I do for you by the clock",
    "• `memory` and `forget 2`: what I remember about you, and how to erase it",
    "• `mute` and `unmute`: whether I react in this channel without a mention",
    "• `help`: this",
    "In a thread of mine, `status`, `why`, `stop`, `!mute` and `!unmute` work as replies.",
  ].join("\n");
}

export function unknownCommand(text: string, agent: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const shown = line.length > longestTitle ? `${line.slice(0, longestTitle - 1).toWellFormed()}…` : line;
  return `I don't know the command “${shown}”. To ask for work, mention me.\n\n${commandHelp(agent)}`;
}
