// The record of a window: what goes to a file when it leaves the context, and to the distillation.

import type { DecodedStep } from "./decoded-step.ts";
import { mailText, messagesOf } from "./transcript.ts";
import { opening, type Work } from "./work.ts";

/** One Markdown text for each thing said or done since the last condensing; the request comes before the first. */
export function recordParts(work: Work): string[] {
  const first = !work.steps.some((step) => step.kind === "compaction" && step.output);
  return [...(first ? [`## Person\n\n${opening(work)}`] : []), ...work.steps.flatMap(partOf(work))];
}

function partOf(work: Work): (step: DecodedStep, index: number) => string[] {
  return (step, index) => {
    const heard = work.mail.filter((mail) => step.kind === "model" && mail.consumedBy === step.n);
    return [
      ...heard.map((mail) => `## Person\n\n${mailText(mail, "whole")}`),
      ...rendered(step, index, work),
    ];
  };
}

function rendered(step: DecodedStep, index: number, work: Work): string[] {
  if (step.kind === "compaction") return [];
  const said = messagesOf(step, index, { opening: "", steps: work.steps, mail: [] });
  return said.map((message) => {
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
  });
}
