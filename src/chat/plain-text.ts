// Every message as text that stands alone: for notifications, screen readers, the terminal, and where a platform
// refuses the rich form. Does not own markup: renderers in the platform folders do.
//
//   PT1  The first line says it all in at most 90 characters.
//   PT2  State is a word, never only a colour, a sign or a place.
//   PT3  Options are numbered, so that "1" is an answer. Approvals and accounts are never decided in words
//        (design 10): there the text names the buttons and offers no number.
//   PT4  The text is safe to show (ST1, ST2).
//   PT5  It takes time in proportion to what is said, however long a title is.

import { usdInWords } from "../domain/budget.ts";
import {
  type Attention,
  type Button,
  isSettled,
  type Notice,
  type Outgoing,
  type OutgoingFile,
  type ResultMessage,
  type RunCard,
} from "../domain/outbox.ts";
import { byteSize } from "./byte-size.ts";
import { safeOutgoing } from "./safe-outgoing.ts";
import { stepWord } from "./step-words.ts";

const headlineLength = 90;

export function plainText(message: Outgoing): string {
  return linesOf(safeOutgoing(message))
    .filter((lines) => lines.trim() !== "")
    .join("\n")
    .trim();
}

/** The first line alone: what a notification shows. */
export function headline(message: Outgoing): string {
  return plainText(message).split("\n", 1)[0] ?? "";
}

function linesOf(message: Outgoing): string[] {
  switch (message.kind) {
    case "card":
      return cardLines(message);
    case "attention":
      return attentionLines(message);
    case "result":
      return resultLines(message);
    case "notice":
      return noticeLines(message);
    default:
      return message satisfies never;
  }
}

function cardLines(card: RunCard): string[] {
  return [
    withTail(`${card.state}: `, card.title, progress(card)),
    card.line ?? "",
    ...card.steps.map((step) => `[${stepWord(step.state, card.state)}] ${oneLine(step.text)}`),
    ...card.noted.map((note) => `Noted: ${oneLine(note)}`),
    cardFacts(card),
    card.buttons.some((button) => button.action === "run.stop") ? 'To stop it, reply "stop".' : "",
    buttonLine(card.buttons.filter((button) => button.action !== "run.stop")),
  ];
}

function progress(card: RunCard): string {
  if (card.steps.length === 0 || card.state === "Done") return "";
  const doing = card.steps.findIndex((step) => step.state === "doing");
  if (doing >= 0) return ` (step ${doing + 1} of ${card.steps.length})`;
  const over = card.steps.filter((step) => step.state === "done" || step.state === "skipped").length;
  return ` (${over} of ${card.steps.length} steps done)`;
}

function cardFacts(card: RunCard): string {
  const started = new Date(card.startedAt).toISOString().slice(0, 16).replace("T", " ");
  const as = card.mode === "assistant" ? `acting for ${card.askedBy}` : `acting as ${card.agent}`;
  return [`Asked by ${card.askedBy}`, as, `started ${started} UTC`, spent(card)]
    .filter((fact) => fact !== "")
    .join(", ");
}

function spent(card: RunCard): string {
  if (card.spentUsd === undefined) return "";
  return `spent ${usdInWords(card.spentUsd, card.capUsd)}`;
}

const attentionLabels: Readonly<Record<Attention["about"], string>> = {
  question: "Question for",
  budget: "Budget reached, waiting for",
  doubt: "Outcome unknown, waiting for",
  approval: "Approval needed from",
  grant: "Account needed from",
  schedule: "Schedule of",
};
const byButtonsOnly: ReadonlySet<Attention["about"]> = new Set(["approval", "grant", "schedule"]);

function attentionLines(attention: Attention): string[] {
  const { about, title, text, footer, mentionName, decided } = attention;
  if (decided !== undefined) return [shortened(`${oneLine(decided)}: ${oneLine(title)}`), text];
  return [
    withTail(isSettled(attention) ? "" : `${attentionLabels[about]} ${mentionName}: `, title, ""),
    text === title ? "" : text,
    ...(byButtonsOnly.has(about) ? [buttonLine(attention.options)] : answers(attention)),
    footer ?? "",
  ];
}

function answers({ options, freeText }: Attention): string[] {
  const numbered = options.map((option, index) => `Reply ${index + 1}: ${oneLine(option.label)}`);
  if (freeText === undefined) return numbered;
  return [...numbered, options.length > 0 ? "Or reply in your own words." : "Reply in your own words."];
}

const outcomeWords: Readonly<Record<ResultMessage["outcome"], string>> = {
  done: "Done",
  failed: "Failed",
  stopped: "Stopped",
  expired: "Expired",
};

function resultLines(result: ResultMessage): string[] {
  const person = result.mention === undefined ? "" : ` for ${result.mentionName}`;
  const offered = result.buttons.filter((button) => !button.action.startsWith("feedback."));
  return [
    withTail(`${outcomeWords[result.outcome]}${person}: `, result.title, ""),
    result.text,
    fileLine(result.files),
    result.footer,
    buttonLine(offered),
  ];
}

function noticeLines({ text, files }: Notice): string[] {
  const [first = "", ...rest] = text.trim().split("\n");
  const head = shortened(first);
  return [head, head === first ? rest.join("\n") : text.trim(), fileLine(files)];
}

function fileLine(files: readonly OutgoingFile[]): string {
  if (files.length === 0) return "";
  const named = files.map((file) => `${oneLine(file.title ?? file.name)} (${byteSize(file.sizeBytes)})`);
  return `${files.length === 1 ? "File" : "Files"}: ${named.join(", ")}`;
}

function buttonLine(buttons: readonly Button[]): string {
  if (buttons.length === 0) return "";
  return `Decide with the buttons: ${buttons.map((button) => oneLine(button.label)).join(", ")}.`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** `start + middle + end`, with the middle shortened so that all fits the headline. */
function withTail(start: string, middle: string, end: string): string {
  const room = headlineLength - length(start) - length(end);
  return room < 20
    ? shortened(start + oneLine(middle) + end)
    : start + shortened(oneLine(middle), room) + end;
}

function shortened(text: string, limit = headlineLength): string {
  const all = characters(text, limit + 1);
  if (all.length <= limit && text.length <= (limit + 1) * longestCharacter) return text;
  const cut = all.slice(0, limit - 1).join("");
  const space = cut.lastIndexOf(" ");
  return `${(space > limit / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** No more than matters here: a longer start or end leaves no room anyway. */
function length(text: string): number {
  return characters(text, headlineLength).length;
}

/** In UTF-16 units; a family of emoji has 25. */
const longestCharacter = 32;

/**
 * As people count them: an emoji is one. Only as much of the text is looked at as the first `most` can take: to take a
 * long text apart needs the square of its length in time (PT5).
 */
function characters(text: string, most: number): string[] {
  const start = text.slice(0, most * longestCharacter);
  return Array.from(new Intl.Segmenter().segment(start), ({ segment }) => segment).slice(0, most);
}
