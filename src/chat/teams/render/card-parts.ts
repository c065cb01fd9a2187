// The elements that our cards are made of, in Adaptive Cards 1.5. Does not own which card has which.
//
//   CP1  Words of others that are no Markdown are TextRuns, which nothing reads as markup.
//   CP2  No picture, no media, no link but those that may be followed: a card loads nothing from elsewhere (OUT-1).
//   CP3  What Teams' cards don't know of Markdown (code, tables, headings, quotes, a line break in a paragraph) is made of elements, so
//        that an act to be approved is seen as it stands (APR-5).

import type { Button } from "../../../domain/outbox.ts";
import { fields, refreshVerb } from "../action-data.ts";
import { fitLabel } from "../../prose/fit-text.ts";
import { type ProseBlock, proseBlocks } from "../../prose/prose-blocks.ts";
import { safeMarkdownWithin } from "../../prose/safe-markdown.ts";
import { inert, unmarked } from "./safe-words.ts";
import type { Json, RenderPlace } from "./teams-message.ts";

export const cardType = "application/vnd.microsoft.card.adaptive";
/** Longer labels are cut on a phone (ux c.0 rule 8). */
export const labelLimit = 24;
/** What a card shows of its actions; Teams takes six. */
export const mostActions = 6;

export interface CardContent {
  readonly body: readonly Json[];
  readonly actions?: readonly Json[];
  readonly entities?: readonly Json[];
  readonly fallbackText: string;
  /** Whoever opens it later asks for its present look. */
  readonly refreshes: boolean;
  /** Whose clients do so by themselves, as Teams calls them. Absent: everybody's, where there are 60 at most (T-M5). */
  readonly refreshFor?: readonly string[];
}

export function card(
  { body, actions = [], entities = [], fallbackText, refreshes, refreshFor }: CardContent,
  nonce: string,
): Json {
  return {
    type: "AdaptiveCard",
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    version: "1.5",
    fallbackText,
    ...(refreshes && {
      refresh: {
        action: { type: "Action.Execute", title: "Refresh", verb: refreshVerb, data: { n: nonce } },
        ...(refreshFor !== undefined && { userIds: refreshFor }),
      },
    }),
    ...(entities.length > 0 && { msteams: { entities } }),
    body,
    ...(actions.length > 0 && { actions }),
  };
}

export function heading(markup: string): Json {
  return { type: "TextBlock", text: markup, size: "Medium", weight: "Bolder", wrap: true, style: "heading" };
}

/** `markup` is ours, or inert. */
export function line(markup: string, more: Json = {}): Json {
  return { type: "TextBlock", text: markup, wrap: true, ...more };
}

export function small(markup: string): readonly Json[] {
  return markup.trim() === "" ? [] : [line(markup, { isSubtle: true, size: "Small" })];
}

/** The agent's words. */
export function prose(text: string, to: RenderPlace, limit: number): readonly Json[] {
  const safe = safeMarkdownWithin(text, Math.min(limit, to.room ?? limit), to.mayFollow);
  return proseBlocks(safe, (code) => inert(code, limit, "")).map(element);
}

function element(block: ProseBlock): Json {
  if (block.kind === "code") return { type: "Container", style: "emphasis", items: codeLines(block.lines) };
  return line(block.markdown, {
    ...(block.kind === "heading" && { weight: "Bolder" }),
    ...(block.follows && { spacing: "Small" }),
  });
}

/** More lines than that are one element: each of its own would take the room of the words below them. */
const mostCodeLines = 40;

function codeLines(lines: readonly string[]): readonly Json[] {
  const shown = lines.map(withBlanks);
  if (shown.length > mostCodeLines)
    return [line(shown.map(unmarked).join("\n\n"), { fontType: "Monospace" })];
  return shown.map((text) => ({
    type: "RichTextBlock",
    spacing: "None",
    inlines: [{ type: "TextRun", text, fontType: "Monospace" }],
  }));
}

/** Blanks at its start and between its words stay as they are. */
function withBlanks(text: string): string {
  const shown = text
    .replaceAll("\t", "    ")
    .replace(/^ | {2,}/g, (blanks) => "\u00a0".repeat(blanks.length));
  return shown === "" ? "\u00a0" : shown;
}

/** Words as they are (CP1). */
export function plain(text: string, more: Json = {}): readonly Json[] {
  const lines = text.split("\n").filter((one) => one.trim() !== "");
  return lines.map((one) => ({ type: "RichTextBlock", inlines: [{ type: "TextRun", text: one, ...more }] }));
}

const styles = { primary: "positive", danger: "destructive", plain: "default" } as const;

export function execute(button: Button, nonce: string, label = button.label): Json {
  const style = button.style === "plain" ? {} : { style: styles[button.style] };
  if (button.url !== undefined)
    return { type: "Action.OpenUrl", title: fitLabel(label, labelLimit, "Open"), url: button.url, ...style };
  return {
    type: "Action.Execute",
    title: fitLabel(label, labelLimit, "Choose"),
    verb: button.action,
    data: { value: button.value, n: nonce },
    ...style,
    ...(button.confirm !== undefined && { tooltip: fitLabel(button.confirm, 120, "") }),
  };
}

/** A click that counts only after a second one, under the question that is asked before (ux c.2). */
export function confirmed(button: Button, nonce: string): Json {
  if (button.confirm === undefined) return execute(button, nonce);
  return {
    type: "Action.ShowCard",
    title: fitLabel(button.label, labelLimit, "Choose"),
    ...(button.style !== "plain" && { style: styles[button.style] }),
    card: {
      type: "AdaptiveCard",
      version: "1.5",
      body: plain(button.confirm),
      actions: [{ ...execute(button, nonce), style: "destructive", associatedInputs: "none" }],
    },
  };
}

/** Opens a form over the conversation. */
export function openForm(button: Button, nonce: string): Json {
  return {
    type: "Action.Submit",
    title: fitLabel(button.label, labelLimit, "Edit"),
    data: { msteams: { type: "task/fetch" }, form: button.action, value: button.value, n: nonce },
  };
}

export function link(url: string | undefined, title: string): readonly Json[] {
  return url === undefined ? [] : [{ type: "Action.OpenUrl", title, url }];
}

/** A field for words, with the button that sends them. */
export function textField(label: string): Json {
  return { type: "Input.Text", id: fields.text, isMultiline: true, maxLength: 3_000, label };
}
