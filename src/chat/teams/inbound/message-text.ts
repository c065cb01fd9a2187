// What a message says, without the mark-up of Teams: mentions become names, the agent's own goes away, and so does the mark of a
// message that is quoted above it. Of a message that Teams sends in its rich form alone, the words of that.

import { withoutLinks } from "../../prose/addresses.ts";
import type { Person } from "../../../domain/person.ts";
import type { TeamsSettings } from "../deps.ts";
import type { People } from "./people.ts";
import { type Activity, Mention } from "./shapes.ts";

export interface Said {
  readonly text: string;
  readonly mentionsAgent: boolean;
  readonly mentions: Person["key"][];
}

export async function readText(people: People, settings: TeamsSettings, activity: Activity): Promise<Said> {
  const { entities = [], recipient } = activity;
  const own = new Set([`28:${settings.appId}`, settings.appId, recipient?.id]);
  const found = entities.flatMap((entity) => Mention.safeParse(entity).data ?? []);
  const others = found.filter(({ mentioned }) => !own.has(mentioned.id));
  let text = activity.text?.trim() ? activity.text : richWords(activity);
  for (const { text: shown, mentioned } of found) {
    if (shown === "") continue;
    text = text.replaceAll(
      shown,
      own.has(mentioned.id) ? " " : withoutLinks(mentioned.name ?? withoutTags(shown), undefined),
    );
  }
  const keys = await Promise.all(others.map(({ mentioned }) => people.mentioned(activity, mentioned)));
  return {
    text: tidy(text),
    mentionsAgent: found.length > others.length,
    mentions: [...new Set(keys)],
  };
}

const longestRich = 100_000;

/** Without what it quotes of others, and with mentions as `text` has them. */
function richWords({ attachments = [] }: Activity): string {
  const html = attachments.find(({ contentType }) => contentType === "text/html")?.content;
  if (typeof html !== "string") return "";
  return html
    .slice(0, longestRich)
    .replace(/<blockquote\b[^<>]{0,300}schema\.skype\.com\/Reply[^]*?(?:<\/blockquote>|$)/gi, " ")
    .replace(/<at\b[^<>]*>/gi, "<at>")
    .replace(/<span\b[^<>]{0,300}schema\.skype\.com\/Mention[^<>]*>([^<>]*)<\/span>/gi, "<at>$1</at>")
    .replace(/<li\b[^<>]*>/gi, "- ")
    .replace(/<(?:br|\/(?:p|div|li|tr|pre|blockquote|h[1-6]))\b[^<>]*>/gi, "\n")
    .replace(/<(?!\/?at>)[^<>]*>/gi, "")
    .replace(/&(?:#(\d{1,7})|(nbsp|lt|gt|quot|apos|amp));/g, (written, code?: string, name = "") =>
      code === undefined ? (named[name] ?? written) : characterOf(Number(code), written),
    );
}

const named: Readonly<Record<string, string>> = {
  nbsp: " ",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function characterOf(code: number, written: string): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : written;
}

function withoutTags(text: string): string {
  return text.replace(/<\/?at[^>]*>/gi, "");
}

function tidy(text: string): string {
  return withoutTags(text)
    .replace(/<quoted\b[^<>]{0,300}\/?>/gi, " ")
    .replace(/&nbsp;|\u00a0/g, " ")
    .replace(/\r\n?/g, "\n")
    .replace(/[ \t]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .trim();
}
