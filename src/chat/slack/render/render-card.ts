// The run card (ux c.2): one message per run, edited in place.
//
//   RC1  It shows milestones, seven at most, and never what a step did with which tool (ux d.2, d.6).
//   RC2  State is a word. A card of an ended run has no buttons and nothing on it that seems to go on (ux c.0 rule 7).

import { usdInWords } from "../../../domain/budget.ts";
import type { KnownBlock, PlanBlock, TaskCardBlock } from "@slack/types";
import { type CardState, isEndedCard, type RunCard } from "../../../domain/outbox.ts";
import type { PlanStep } from "../../../domain/plan.ts";
import { fitLabel } from "../../prose/fit-text.ts";
import { foreign, link, localDate, mrkdwn } from "./mrkdwn.ts";
import { buttonRows, context, linkButton, prose, section, smallPrint } from "./parts.ts";
import type { RenderPlace } from "./slack-message.ts";

const mostSteps = 7;
const mostNoted = 3;
const stepLimit = 200;
const titleLimit = 90;
const lineLimit = 2_000;

export function cardBlocks(card: RunCard, to: RenderPlace): readonly KnownBlock[] {
  const ended = isEndedCard(card.state);
  const unseen = card.steps.length - mostSteps;
  return [
    ...head(card),
    ...prose(card.line ?? "", to, lineLimit),
    ...context(
      ...(unseen > 0 ? [smallPrint(`and ${unseen} more ${unseen === 1 ? "step" : "steps"}`)] : []),
      ...card.noted.slice(-mostNoted).map((note) => smallPrint(`Noted: ${note}`)),
      mrkdwn(facts(card, ended ? to.detailsUrl : undefined)),
    ),
    ...(ended ? [] : buttonRows(card.buttons, linkButton(to.detailsUrl, "Details"))),
  ];
}

function head(card: RunCard): readonly KnownBlock[] {
  const title = fitLabel(card.title, titleLimit - card.state.length - 3, "Untitled");
  if (card.steps.length === 0) return [section(`*${card.state}* - ${foreign(title)}`)];
  const plan: PlanBlock = {
    type: "plan",
    title: `${card.state} - ${title}`,
    tasks: card.steps.slice(0, mostSteps).map((step, index) => task(step, index, card.state)),
  };
  return [plan];
}

function task(step: PlanStep, index: number, state: CardState): TaskCardBlock {
  const title = fitLabel(step.text, stepLimit, `Step ${index + 1}`);
  const half = step.state === "doing" && isEndedCard(state) && state !== "Done";
  const word = half ? "Half done: " : step.state === "skipped" ? "Skipped: " : "";
  return {
    type: "task_card",
    task_id: `s${index + 1}`,
    title: `${word}${title}`,
    status: status(step, state),
  };
}

const ofDoing: Readonly<Record<CardState, TaskCardBlock["status"]>> = {
  Queued: "pending",
  Working: "in_progress",
  "Waiting for you": "in_progress",
  Paused: "pending",
  Done: "complete",
  Stopped: "pending",
  Failed: "error",
  Expired: "pending",
};

function status(step: PlanStep, state: CardState): TaskCardBlock["status"] {
  switch (step.state) {
    case "todo":
      return "pending";
    case "doing":
      return ofDoing[state];
    case "done":
    case "skipped":
      return "complete";
    default:
      return step.state satisfies never;
  }
}

function facts(card: RunCard, detailsUrl: string | undefined): string {
  const askedBy = foreign(fitLabel(card.askedBy, 80, "somebody"));
  const as = card.mode === "assistant" ? askedBy : foreign(fitLabel(card.agent, 80, "the agent"));
  return [
    `asked by ${askedBy}`,
    `${card.mode === "assistant" ? "acting for" : "acting as"} ${as}`,
    `started ${localDate(card.startedAt)}`,
    ...spent(card),
    ...(detailsUrl === undefined ? [] : [link(detailsUrl, "Details")]),
  ].join(", ");
}

function spent({ spentUsd, capUsd }: RunCard): readonly string[] {
  return spentUsd === undefined ? [] : [usdInWords(spentUsd, capUsd)];
}
