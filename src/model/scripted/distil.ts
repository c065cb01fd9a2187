// Notes for a compaction, taken from the record without understanding it: the lines that carry the work.

import type { ModelMessage } from "../contract.ts";

const kept = 12;

/** `messages` is the record as one text, or as it was. */
export function distilled(messages: readonly ModelMessage[]): string {
  const lines = messages.flatMap(linesOf);
  const callsOf = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`- calls ${name} `))
      .map((line) => line.slice(`- calls ${name} `.length));
  const parts = [
    section("Plan as last set", callsOf("set_plan").slice(-1)),
    section("Told to the person", callsOf("check_in").slice(-kept)),
    section("Asked", callsOf("ask_person").slice(-kept)),
    section("Answers", lines.filter((line) => line.startsWith('{"answer":')).slice(-kept)),
    section("Files written", [...new Set(callsOf("write_file").flatMap(pathOf))].slice(-kept)),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
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

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0
    ? ""
    : [`${title}:`, ...lines.map((line) => `- ${line.slice(0, 1_000)}`)].join("\n");
}
