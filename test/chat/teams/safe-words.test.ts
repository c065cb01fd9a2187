// Words of others on a Teams card call nobody, lead nowhere and load nothing (OUT-1 to OUT-3).

import { describe, expect, it } from "vitest";
import { samplePlace } from "../../../src/chat/teams/render/check-samples.ts";
import { renderMessage } from "../../../src/chat/teams/render/render-message.ts";
import { inert } from "../../../src/chat/teams/render/safe-words.ts";
import { asPersonKey } from "../../../src/domain/ids.ts";

const rows: readonly (readonly [what: string, text: string, never: RegExp])[] = [
  ["a mention", "<at>everyone</at>", /<at>everyone/],
  ["a mention of a channel", "<at>General</at> look", /<at>General/],
  ["a link", "[pay here](https://attacker.example/x)", /(?<!\\)\[pay here(?<!\\)\]/],
  ["a picture", "![x](https://attacker.example/p.png)", /!\[x\]\(/],
  ["HTML", '<a href="https://attacker.example/">x</a>', /<a href/],
  ["a picture in HTML", '<img src="https://attacker.example/p.png">', /<img/],
  ["a date function", "{{DATE(2026-11-28T09:00:00Z,SHORT)}}", /\{\{DATE/],
  ["a heading", "# Approved", /^# /],
  ["a list", "1. Approved", /^1\. /],
  ["emphasis", "**Approved** by _Bo_", /(?<!\\)\*\*/],
  ["code", "`rm`", /(?<!\\)`rm/],
];

describe("chat/teams/safe-words", () => {
  it.each(rows)("OUT-1 OUT-2 OUT-3: %s is text", (_what, text, never) => {
    const shown = inert(text, 500, "-");
    expect(text).toMatch(never);
    expect(shown).not.toMatch(never);
    expect(shown).not.toMatch(/(?<!\\)\]\(https?:/);
  });

  it.each(rows)(
    "OUT-1 OUT-2 OUT-3: %s as a title, a name or a button of a card calls and opens nothing",
    (_what, text) => {
      const message = renderMessage(
        {
          kind: "attention",
          about: "question",
          title: text,
          text,
          footer: text,
          mention: asPersonKey("teams:t:somebody"),
          mentionName: text,
          options: [{ action: "question.answer", value: "w", label: text, style: "plain" }],
        },
        { ...samplePlace, userId: () => undefined },
      );
      const all = JSON.stringify(message);
      expect(all).not.toMatch(/"type":"(Image|Media|Action\.OpenUrl)"|"selectAction"/);
      expect(mentioned(message)).toEqual([]);
      for (const shown of markup(message)) {
        expect(shown).not.toMatch(/<at>|<img|<a href/);
        expect(shown).not.toMatch(/!\[x\]\(|[^\\]\]\(https?:/);
      }
    },
  );
});

/** What Teams reads as Markdown: the texts of blocks. Titles of buttons, the summary and the fallback are plain text. */
function markup(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap((one: unknown) => markup(one));
  if (typeof part !== "object" || part === null) return [];
  const own = "type" in part && part.type === "TextBlock" && "text" in part ? [String(part.text)] : [];
  return [...own, ...Object.values(part).flatMap((one) => markup(one))];
}

/** Whom Teams would call. */
function mentioned(part: unknown): unknown[] {
  if (Array.isArray(part)) return part.flatMap((one: unknown) => mentioned(one));
  if (typeof part !== "object" || part === null) return [];
  const own = "mentioned" in part ? [part.mentioned] : [];
  return [...own, ...Object.values(part).flatMap((one) => mentioned(one))];
}
