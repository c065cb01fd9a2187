// Notes for a compaction, taken from the record without understanding it: the lines that carry the work.

import type { ModelMessage } from "../contract.ts";

const kept = 12;

/** `messages` is the record as one text, or as it was. What earlier notes kept is kept again. */
export function distilled(messages: readonly ModelMessage[]): string {
  const lines = messages.flatMap(linesOf);
  const callsOf = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`- calls ${name} `))
      .map((line) => line.slice(`- calls ${name} `.length));
  const parts: readonly (readonly [title: string, fresh: readonly string[], most: number])[] = [
    ["Plan as last set", callsOf("set_plan"), 1],
    ["Told to the person", callsOf("check_in"), kept],
    ["Asked", callsOf("ask_person"), kept],
    ["Answers", lines.filter((line) => line.startsWith('{"answer":')), kept],
    ["Files written", callsOf("write_file").flatMap(pathOf), kept],
  ];
  return parts
    .map(([title, fresh, most]) =>
      section(title, [...new Set([...bulletsUnder(title, lines), ...fresh])].slice(-most)),
    )
    .filter((part) => part !== "")
    .join("\n\n");
}

function bulletsUnder(title: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    if (line !== `${title}:`) return [];
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((other) => !other.startsWith("- "));
    return rest.slice(0, end < 0 ? rest.length : end).map((other) => other.slice(2));
  });
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
