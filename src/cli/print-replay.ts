// A replayed run as text for a terminal.

import type { ModelMessage } from "../model/contract.ts";
import type { Output } from "./contract.ts";
import type { Replay, ReplayedStep } from "./replay-view.ts";
import { withArticle } from "./with-article.ts";

export function printReplay(out: Output, { run, steps, check }: Replay): void {
  out.write(`${run.id} ${run.state}, trace ${run.trace}\n`);
  for (const step of steps) out.write(`\n${stepText(step)}\n`);
  out.write("\n");
  if (check.ok) out.write("The journal adds up to what the run's row says.\n");
  for (const { what, rows, run: row } of check.differences) {
    out.write(`DIFFERS: ${what} is ${text(rows)} by the journal and ${text(row)} in the run's row.\n`);
  }
}

function stepText(step: ReplayedStep): string {
  return [
    `#${step.n} ${step.tool ?? step.kind} ${step.state} ${step.started_at}`,
    ...givenLines(step),
    ...(step.arguments === undefined ? [] : [`  arguments ${text(step.arguments)}`]),
    ...(step.result === undefined ? [] : [`  result ${text(step.result)}`]),
    ...waitLines(step),
    ...fileLines(step),
    ...(step.said ?? []).map((one) =>
      indented(`said (${one.kind ?? one.op}, ${one.state}): ${one.text}`, "  "),
    ),
  ].join("\n");
}

function givenLines({ given }: ReplayedStep): string[] {
  if (given === undefined) return [];
  const earlier = given.earlier === 0 ? "" : `${given.earlier} messages as before, and:`;
  return [`  given ${earlier}`.trimEnd(), ...given.messages.map((one) => indented(messageText(one), "    "))];
}

function waitLines({ waited }: ReplayedStep): string[] {
  if (waited === undefined) return [];
  const by = waited.via === undefined ? "" : `, answered by ${waited.by ?? "nobody"} (${waited.via})`;
  return [`  waited for ${withArticle(waited.for)}${by}`];
}

function fileLines({ files }: ReplayedStep): string[] {
  if (files === undefined) return [];
  const lines = (mark: string, paths: readonly string[]): string[] =>
    paths.map((path) => `  ${mark} ${path}`);
  return [...lines("+", files.added), ...lines("~", files.changed), ...lines("-", files.removed)];
}

function messageText(message: ModelMessage): string {
  switch (message.role) {
    case "user":
      return `[user] ${message.text}`;
    case "assistant":
      return [
        `[assistant] ${message.text}`,
        ...message.calls.map((call) => `  calls ${call.name} ${call.arguments}`),
      ].join("\n");
    case "tool":
      return `[result of ${message.callId}] ${message.content}`;
    default:
      return message satisfies never;
  }
}

function indented(lines: string, by: string): string {
  return lines
    .split("\n")
    .map((line) => `${by}${line}`)
    .join("\n");
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
