// Slack's message text as plain Markdown.
//
//   MT1  What a person typed can't become a mention or a link here: Slack escapes `<`, `>` and `&`, and each escape and
//        each entity is read once, from left to right.

import { writtenLink } from "../../prose/written-link.ts";

/** Somebody whom a text mentions. */
export interface Mentioned {
  readonly id: string;
  /** The name that Slack put beside the id, where it did. */
  readonly label?: string | undefined;
}

const mention = /<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>/g;
const entity = /<([^<>]+)>|&(amp|lt|gt);/g;
const escapes: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">" };

/** Everybody whom the text mentions, each once. */
export function mentionedIn(text: string): readonly Mentioned[] {
  const found = new Map<string, Mentioned>();
  for (const [, id = "", label] of text.matchAll(mention)) {
    if (!found.has(id)) found.set(id, { id, label });
  }
  return [...found.values()];
}

/** Without any mention of `user`: at the start of a line a comma or colon goes with it, elsewhere the space before it. */
export function withoutMention(text: string, user: string): string {
  const own = `<@${user}(?:\\|[^<>]*)?>`;
  const parts = new RegExp(`(^|\\n)[ \\t]*${own}[,:]?[ \\t]*|(?<![ \\t])[ \\t]+${own}|${own}`, "g");
  return text.replace(parts, (_, lineStart?: string) => lineStart ?? "").trim();
}

/** `nameOf` gives the name of a person by id. */
export function toMarkdown(text: string, nameOf: (id: string) => string): string {
  return text.replace(entity, (_, inside?: string, escape?: string) =>
    inside === undefined ? (escapes[escape ?? ""] ?? "") : fromEntity(inside, nameOf),
  );
}

function fromEntity(inside: string, nameOf: (id: string) => string): string {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : unescaped(inside.slice(bar + 1));
  switch (target.slice(0, 1)) {
    case "@":
      return `@${nameOf(target.slice(1))}`;
    case "#":
      return `#${label || target.slice(1)}`;
    case "!":
      return fromCommand(target.slice(1), label);
    default:
      return writtenLink(unescaped(target), label ?? "");
  }
}

/** `!here`, `!subteam^S1|@finance`, `!date^…|in words`. */
function fromCommand(command: string, label: string | undefined): string {
  const [name = "", id] = command.split("^");
  if (name === "date") return label ?? "";
  if (name === "subteam") return withAt(label || (id ?? name));
  return withAt(name);
}

function withAt(name: string): string {
  return name.startsWith("@") ? name : `@${name}`;
}

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => escapes[name] ?? "");
}
