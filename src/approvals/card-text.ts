// What a card says of an act, by code from what would be done (APR-5). The agent's own words stand apart, named as such.
//
//   CT1  Nothing is left out silently: what does not fit is counted, and "View all" shows it with the same digest.
//   CT2  Every word of a model or a stranger is made visible first (visible-text.ts), and stands in a code block or in quotes.

import { parseJson } from "../base/json.ts";
import { type Approval, shortDigest } from "../domain/approval.ts";
import { readShell } from "../domain/shell-text.ts";
import type { EffectClass } from "../domain/step.ts";
import { visible } from "./visible-text.ts";

export const shownCharacters = 1_200;
const shownReason = 300;
const shownTitle = 40;
const shownTarget = 80;
const mostPrograms = 8;

const reach: Readonly<Record<EffectClass, string>> = {
  read: "It reads, and changes nothing.",
  "write-internal": "It changes files of this work.",
  "write-external": "It changes something outside, where others see it.",
  exec: "It runs a command in the sandbox.",
  chat: "It posts in the conversation that this work is done in.",
  "own-state": "It changes what I remember or plan.",
  money: "It moves money.",
  destructive: "It deletes or destroys something that may not come back.",
  admin: "It changes who may do what.",
};

type Shown = Pick<Approval, "tool" | "facts" | "digest" | "arguments">;

/** Several lines of Markdown. `limit` is how much of the arguments is shown. */
export function actText(approval: Shown, limit = shownCharacters): string {
  const { tool, facts, digest } = approval;
  const { text, left } = shownArguments(approval, limit);
  const more = left === 0 ? "" : `\n… ${left} more characters: “View all” shows everything.`;
  return [
    `\`${visible(tool)}\` with:`,
    `\`\`\`\n${text}\n\`\`\`${more}`,
    `${reach[facts.effect]} ${rights(approval)}`,
    ...commandText(approval),
    ...facts.files.map(
      ({ path, sha256 }) => `File \`${visible(path)}\`, content \`${shortDigest(sha256)}\`.`,
    ),
    ...facts.warnings.map((warning) => `**Warning:** ${visible(warning)}`),
    ...(facts.edited ? [`Changed by ${visible(facts.edited.byName)} before it was approved.`] : []),
    ...(facts.reason === undefined
      ? []
      : [`The agent says: “${unquoted(shortened(visible(facts.reason)))}”`]),
    `Digest \`${shortDigest(digest)}\``,
  ].join("\n");
}

/** How a command reads (POL-7): nothing is allowed because of it. */
function commandText({ facts, arguments: text }: Shown): string[] {
  const command = facts.effect === "exec" ? commandIn(parseJson(text)?.value) : undefined;
  if (command === undefined) return [];
  const reading = readShell(command);
  if (reading.kind === "unreadable") return [`**Warning:** it can't be read as a command: ${reading.why}.`];
  const programs = reading.programs.slice(0, mostPrograms).map((name) => `\`${visible(name)}\``);
  const more = reading.programs.length > mostPrograms ? " and others" : "";
  const runs = programs.length === 0 ? [] : [`It runs ${programs.join(", ")}${more}.`];
  return [[...runs, ...reading.concerns].join(" ")].filter((line) => line !== "");
}

function commandIn(value: unknown): string | undefined {
  const command: unknown =
    typeof value === "object" && value !== null && "command" in value ? value.command : undefined;
  return typeof command === "string" ? command : undefined;
}

/** What the arguments are, one a line, as they will be sent. */
export function wholeArguments({ arguments: text }: Pick<Approval, "arguments">): string {
  const value: unknown = parseJson(text)?.value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return visible(text);
  const lines = Object.entries(value).map(([name, part]) => `${visible(name)}: ${shown(part)}`);
  return lines.length === 0 ? "(nothing)" : lines.join("\n");
}

function shown(part: unknown): string {
  return typeof part === "string" ? visible(part, "lines") : visible(JSON.stringify(part));
}

function shownArguments(approval: Shown, limit: number): { readonly text: string; readonly left: number } {
  const whole = wholeArguments(approval);
  const text = whole.slice(0, limit).toWellFormed();
  return { text, left: whole.length - Math.min(whole.length, limit) };
}

function rights({ facts: { connection, account, mode, subjectName, service } }: Shown): string {
  const asked = `Asked for by ${visible(subjectName)}.`;
  if (connection === undefined) return `It uses no account. ${asked}`;
  const isTheirs = service ? service.of === "subject" : mode === "assistant";
  const whose = isTheirs ? `${visible(subjectName)}'s` : "the agent's own";
  const of = service ? ` ${visible(service.name)}` : "";
  return `It uses ${whose}${of} account${account === undefined ? "" : ` ${visible(account)}`}. ${asked}`;
}

function shortened(text: string, most = shownReason): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}

/** Nothing in it ends the quotes that it stands in (CT2). */
function unquoted(text: string): string {
  return text.replace(/[“”„‟"＂″❝❞〝〞〟]/gu, "'");
}

/** The name of the act, for titles: what its server calls it in quotes, beside what it is called here (CT2). */
export function actName({ tool, facts, arguments: text }: Omit<Shown, "digest">): string {
  const target = destination(parseJson(text)?.value);
  const called =
    facts.title === undefined
      ? visible(tool)
      : `“${unquoted(shortened(visible(facts.title), shownTitle))}” (${visible(tool)})`;
  return target === undefined ? called : `${called}: ${visible(target).slice(0, shownTarget).toWellFormed()}`;
}

const targets = [
  "to",
  "recipient",
  "url",
  "command",
  "path",
  "channel",
  "repository",
  "account",
  "name",
  "id",
];

function destination(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = new Map<string, unknown>(Object.entries(value));
  for (const name of targets) {
    const part = entries.get(name);
    if (typeof part === "string" && part !== "") return part;
  }
  return undefined;
}

/** In parts that fit a message. */
export function wholeText(approval: Approval, partLength = 2_500): string[] {
  const whole = wholeArguments(approval);
  const parts = Math.max(1, Math.ceil(whole.length / partLength));
  return Array.from({ length: parts }, (_, part) => {
    const text = whole.slice(part * partLength, (part + 1) * partLength).toWellFormed();
    const of = parts === 1 ? "" : ` (${part + 1} of ${parts})`;
    return `All of \`${visible(approval.tool)}\`${of}, digest \`${shortDigest(approval.digest)}\`:\n\`\`\`\n${text}\n\`\`\``;
  });
}
