// The run card (ux c.2): one message per run, edited in place (T-M6).
//
//   TR1  State is a word. A card of an ended run has no buttons and nothing on it that seems to go on (ux c.0 rule 7).
//   TR2  It shows milestones, seven at most.

import { usdInWords } from "../../../domain/budget.ts";
import { type CardState, isEndedCard, type RunCard } from "../../../domain/outbox.ts";
import type { PlanStep } from "../../../domain/plan.ts";
import { fitLabel } from "../../prose/fit-text.ts";
import { stepWord } from "../../step-words.ts";
import { type CardContent, confirmed, heading, line, link, plain, prose, small } from "./card-parts.ts";
import { inert, withLocalDates } from "./safe-words.ts";
import type { Json, RenderPlace } from "./teams-message.ts";

const mostSteps = 7;
const mostNoted = 3;
const titleLimit = 90;
const lineLimit = 2_000;

export function cardContent(card: RunCard, to: RenderPlace): Omit<CardContent, "fallbackText"> {
  const ended = isEndedCard(card.state);
  const unseen = card.steps.length - mostSteps;
  return {
    refreshes: !ended,
    body: [
      heading(`${card.state} - ${inert(card.title, titleLimit - card.state.length - 3, "Untitled")}`),
      ...card.steps.slice(0, mostSteps).map((step, index) => stepLine(step, index, card.state)),
      ...(unseen > 0 ? small(`and ${unseen} more ${unseen === 1 ? "step" : "steps"}`) : []),
      ...prose(card.line ?? "", to, lineLimit),
      ...card.noted
        .slice(-mostNoted)
        .flatMap((note) => plain(`Noted: ${fitLabel(note, 300, "-")}`, { size: "Small" })),
      ...small(facts(card)),
    ],
    actions: ended
      ? link(to.detailsUrl, "Details")
      : [...card.buttons.map((button) => confirmed(button, to.nonce)), ...link(to.detailsUrl, "Details")],
  };
}

function stepLine(step: PlanStep, index: number, state: CardState): Json {
  const word = stepWord(step.state, state);
  const doing = word === "doing";
  return line(`${index + 1}\u200b. ${inert(step.text, 200, `Step ${index + 1}`)} (${word})`, {
    spacing: "Small",
    ...(doing && { weight: "Bolder" }),
  });
}

function facts(card: RunCard): string {
  const askedBy = inert(card.askedBy, 80, "somebody");
  const as =
    card.mode === "assistant" ? `acting for ${askedBy}` : `acting as ${inert(card.agent, 80, "the agent")}`;
  const started = new Date(card.startedAt).toISOString().slice(0, 16).replace("T", " ");
  const spent = card.spentUsd === undefined ? "" : `, ${usdInWords(card.spentUsd, card.capUsd)}`;
  return withLocalDates(`asked by ${askedBy}, ${as}, started ${started} UTC${spent}`);
}
