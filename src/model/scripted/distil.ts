// Facts for a compaction, taken from the record without understanding it: the lines that carry the work.
//
// What people said and answered, and the plan, are kept without it.

import type { ModelMessage } from "../contract.ts";

const kept = 12;
const longestLine = 1_000;

/** `messages` is the record as one text, or as it was. What an earlier answer said is said again. */
export function distilled(messages: readonly ModelMessage[]): string {
  const lines = messages.flatMap(linesOf);
  const callsOf = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`- calls ${name} `))
      .map((line) => line.slice(`- calls ${name} `.length));
  const bullets = [
    ...bulletsOf("Told to the person", callsOf("check_in"), lines),
    ...bulletsOf("File written", callsOf("write_file").flatMap(pathOf), lines),
  ];
  return bullets.length === 0 ? "" : ["## Facts", ...bullets].join("\n");
}

function bulletsOf(title: string, fresh: readonly string[], lines: readonly string[]): string[] {
  const start = `- ${title}: `;
  const before = lines.filter((line) => line.startsWith(start));
  const added = fresh.map((text) => start + text.slice(0, longestLine));
  return [...new Set([...before, ...added])].slice(-kept);
}

function linesOf(message: ModelMessage): string[] {
  if (message.role === "user") return message.text.split("\n");
  if (message.role === "tool") return message.content.split("\n");
  return message.calls.map((call) => `- calls ${call.name} ${call.arguments}`);
}

function pathOf(args: string): string[] {
  const path = /"path":"((?:[^"\\]|\\.)*)"/.exec(args)?.[1];
  return path === undefined ? [] : [path];
}
