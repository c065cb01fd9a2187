// What is known of a run that did not keep its promise, for the people who wait for it (I13).

import type { Run } from "../../domain/run.ts";
import { heldUpLine } from "./brake-words.ts";
import { duration, progressLines } from "./result.ts";

export type Standstill =
  /** An operator holds it up. */
  | { readonly kind: "held-up" }
  /** Nothing began to work on it: there is no room, or nobody who works. */
  | { readonly kind: "turn"; readonly workers: boolean }
  | { readonly kind: "model-away"; readonly nextTryMs?: number }
  /** A worker had it and has not been heard of. */
  | { readonly kind: "worker-lost" }
  /** At one step for `ms`; `tool` is absent where the model thinks. */
  | { readonly kind: "step"; readonly tool?: string; readonly ms: number }
  /** The last step ended `ms` ago. */
  | { readonly kind: "between"; readonly ms?: number };

/** One sentence for the card. */
export function standstillLine(standing: Standstill): string {
  switch (standing.kind) {
    case "held-up":
      return heldUpLine;
    case "turn":
      return standing.workers
        ? "Still waiting for its turn."
        : "Waiting: nothing that does the work is running at the moment.";
    case "model-away":
      return "The model service isn't answering; I keep trying.";
    case "worker-lost":
      return "What worked on this isn't answering; another takes over.";
    case "step":
      return `Still working: ${stepInWords(standing)} for ${duration(standing.ms)}.`;
    case "between":
      return standing.ms === undefined
        ? "Still working."
        : `Still working; the last step was ${duration(standing.ms)} ago.`;
    default:
      return standing satisfies never;
  }
}

/** The post, which notifies. */
export function silence(run: Run, standing: Standstill): string {
  const title = `“${run.plan?.title ?? run.title}”`;
  return [sentence(title, standing), progressLines(run)].filter((line) => line !== "").join("\n");
}

function sentence(title: string, standing: Standstill): string {
  switch (standing.kind) {
    case "held-up":
      return `${title} is still paused by an operator. Nothing is lost: I go on by myself when that is lifted.`;
    case "turn":
      return standing.workers
        ? `${title} is still waiting for its turn; nothing is lost, and I start as soon as there is room.`
        : `${title} is waiting: nothing that does the work is running at the moment. Nothing is lost, and I go on as soon as it is back; whoever runs Deputy has to look.`;
    case "model-away": {
      const next =
        standing.nextTryMs === undefined ? "" : ` The next try is in ${duration(standing.nextTryMs)}.`;
      return `I can't get on with ${title}: the model service isn't answering. Nothing is lost, and I keep trying.${next}`;
    }
    case "worker-lost":
      return `What worked on ${title} stopped answering. Nothing is lost: another takes over and goes on from the last step.`;
    case "step":
      return `I'm still on ${title}, and it takes longer than I said: ${stepInWords(standing)} for ${duration(standing.ms)}.`;
    case "between": {
      const last = standing.ms === undefined ? "" : ` The last step was ${duration(standing.ms)} ago.`;
      return `I'm still on ${title}, and it takes longer than I said.${last}`;
    }
    default:
      return standing satisfies never;
  }
}

function stepInWords({ tool }: { readonly tool?: string }): string {
  return tool === undefined ? "I have been thinking about the next step" : `\`${tool}\` has been running`;
}
