// The texts of a compaction: the record that goes to a file, and the notes that need no model.

import type { DecodedStep } from "./decoded-step.ts";
import { mailText, transcript } from "./transcript.ts";
import { opening, type Work } from "./work.ts";

const recentSteps = 6;
const recentCharacters = 600;

/** The whole record as Markdown, for the file and for the distillation. */
export function renderTranscript(work: Work): string {
  const view = { opening: opening(work), steps: work.steps, mail: work.mail };
  return transcript(view)
    .map((message) => {
      switch (message.role) {
        case "user":
          return `## Person\n\n${message.text}`;
        case "assistant":
          return [
            `## ${work.agent.name}\n\n${message.text}`,
            ...message.calls.map((call) => `- calls ${call.name} ${call.arguments}`),
          ].join("\n");
        case "tool":
          return `### Result of ${message.callId}\n\n${message.content}`;
        default:
          return message satisfies never;
      }
    })
    .join("\n\n");
}

/** What must not depend on a model: plan, people's words, answers, the last acts, where things are (K1). */
export function mechanicalNotes(work: Work, transcriptPath: string, tokens: number): string {
  const parts = [
    `(The earlier part of this work left the context. It is in ${transcriptPath}; these are the notes.)`,
    earlierNotes(work.steps),
    planLines(work),
    section("What people said", work.mail.map(mailText)),
    section("Answers to your questions", answers(work.steps)),
    section("Your last acts", work.steps.slice(-recentSteps).flatMap(actLine)),
  ];
  return excerpt(parts.filter((part) => part !== "").join("\n\n"), tokens * 3);
}

/** At most `characters` of `text`: its beginning and its end, the end being the newer part. */
export function excerpt(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const head = Math.floor(characters * 0.4);
  const tail = Math.max(0, characters - head - 40);
  return `${text.slice(0, head).toWellFormed()}\n… (left out) …\n${text.slice(text.length - tail).toWellFormed()}`;
}

function earlierNotes(steps: readonly DecodedStep[]): string {
  const last = steps.findLast((step) => step.kind === "compaction" && step.output);
  if (last?.kind !== "compaction" || !last.output) return "";
  return `Earlier notes:\n${last.output.notes}`;
}

function planLines(work: Work): string {
  const plan = work.run.plan;
  if (!plan) return "";
  return section(
    `Plan: ${plan.title}`,
    plan.steps.map((step) => `${step.text} (${step.state})`),
  );
}

function answers(steps: readonly DecodedStep[]): string[] {
  return steps
    .filter((step) => step.kind === "tool" && step.tool === "ask_person" && step.output)
    .map((step) => (step.kind === "tool" ? `${step.arguments} → ${step.output?.content ?? ""}` : ""));
}

function actLine(step: DecodedStep): string[] {
  if (step.kind !== "tool") return [];
  const result = (step.output?.content ?? "no result").slice(0, recentCharacters).toWellFormed();
  return [`${step.tool} ${step.arguments.slice(0, recentCharacters).toWellFormed()} → ${result}`];
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`${title}:`, ...lines.map((line) => `- ${line}`)].join("\n");
}
