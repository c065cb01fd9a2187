// Why Teams would refuse a message, found before it is sent: tests and `deputy doctor` ask here (T-M5, T-M15).
//
//   CL1  An empty list means that nothing is known against it.

import type { Json, TeamsMessage } from "./teams-message.ts";
import { mostActions } from "./card-parts.ts";
import { mostBytes, sizeOf } from "./render-message.ts";

const elements = new Set([
  "TextBlock",
  "RichTextBlock",
  "TextRun",
  "Container",
  "ActionSet",
  "Input.Text",
  "Input.ChoiceSet",
  "AdaptiveCard",
]);
const actions = new Set(["Action.Execute", "Action.Submit", "Action.ShowCard", "Action.OpenUrl"]);

export function reasonsAgainst(message: TeamsMessage): string[] {
  const { entities = [], attachments = [], text, summary } = message;
  const roots = entities.filter(({ type }) => type === "https://schema.org/Message");
  return [
    ...(sizeOf(message) > mostBytes ? [`${sizeOf(message)} bytes, at most ${mostBytes}`] : []),
    ...(roots.length > 1 ? [`${roots.length} root message entities, at most 1`] : []),
    ...(summary.trim() === "" ? ["no words for a notification"] : []),
    ...((text ?? "").trim() === "" && attachments.length === 0 ? ["nothing to show"] : []),
    ...attachments.flatMap(({ content }) => againstCard(asJson(content))),
  ];
}

function againstCard(card: Json): string[] {
  const all = nodesIn(card);
  const own = listOf(card["actions"]);
  return [
    ...(card["version"] === "1.5" ? [] : [`version ${String(card["version"])}, not 1.5`]),
    ...(typeof card["fallbackText"] === "string" && card["fallbackText"] !== "" ? [] : ["no fallbackText"]),
    ...(own.length > mostActions ? [`${own.length} actions, at most ${mostActions}`] : []),
    ...all.flatMap(againstNode),
  ];
}

function againstNode(node: Json): string[] {
  const type = String(node["type"]);
  if (type.startsWith("Action."))
    return [...(actions.has(type) ? [] : [`unknown ${type}`]), ...againstAction(node)];
  if (type === "mention") return [];
  if (!elements.has(type)) return [`unknown element ${type}`];
  return type === "TextBlock" ? againstMarkdown(String(node["text"])) : [];
}

/** What a card shows as it is written, and not as it is meant. */
function againstMarkdown(text: string): string[] {
  const marks: readonly (readonly [what: string, pattern: RegExp])[] = [
    ["code", /(?<!\\)`/],
    ["a heading", /^#{1,6} /m],
    ["a table", /^\|.*\|$/m],
    ["a quote", /^> /m],
  ];
  return marks.flatMap(([what, pattern]) => (pattern.test(text) ? [`${what} in Markdown of a card`] : []));
}

function againstAction(action: Json): string[] {
  const { title, type, verb } = action;
  const length = typeof title === "string" ? title.length : 0;
  return [
    ...(length === 0 ? ["an action without a title"] : []),
    ...(length > 24 ? [`the title "${String(title)}" is longer than 24 characters`] : []),
    ...(type === "Action.Execute" && typeof verb !== "string" ? ["an action without a verb"] : []),
  ];
}

/** Whatever has a type, at any depth. */
function nodesIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== "object" || value === null) return [];
  const node = asJson(value);
  const inner = Object.entries(node).flatMap(([name, part]) =>
    name === "data" || name === "choices" ? [] : nodesIn(part),
  );
  return typeof node["type"] === "string" ? [node, ...inner] : inner;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
