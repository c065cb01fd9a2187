// The blocks that our messages are made of, each within Slack's limits. Does not own which message has which.

import type {
  ContextBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
  Button as SlackButton,
} from "@slack/types";
import type { Button } from "../../../domain/outbox.ts";
import { fit, fitLabel, fitLine } from "../../prose/fit-text.ts";
import { safeMarkdownWithin } from "../../prose/safe-markdown.ts";
import { actionIdAt, linkControl } from "./action-id.ts";
import { mrkdwn, plain } from "./mrkdwn.ts";
import type { RenderPlace } from "./slack-message.ts";

/** For all markdown blocks of a message together: no message of ours has two of them. */
export const proseLimit = 12_000;
export const labelLimit = 75;
export const confirmLimits = { title: 100, text: 300, button: 30 } as const;
const sectionLimit = 3_000;
const valueLimit = 2_000;
const mostContext = 10;
const contextLineLimit = 800;
const rowLength = 20;

/** The agent's words; nothing where there are none. */
export function prose(text: string, to: RenderPlace, limit = proseLimit): readonly KnownBlock[] {
  const safe = safeMarkdownWithin(text, limit, to.mayFollow);
  return safe === "" ? [] : [{ type: "markdown", text: safe }];
}

/** `markup` is written by us and short. */
export function section(markup: string): SectionBlock {
  return { type: "section", text: mrkdwn(markup) };
}

export function plainSection(text: string): readonly SectionBlock[] {
  const shown = fit(text.trim(), sectionLimit);
  return shown === "" ? [] : [{ type: "section", text: plain(shown), expand: true }];
}

/** Small print; nothing where there is none. */
export function context(...elements: readonly (MrkdwnElement | PlainTextElement)[]): readonly ContextBlock[] {
  const shown = elements.filter((element) => element.text.trim() !== "").slice(0, mostContext);
  return shown.length === 0 ? [] : [{ type: "context", elements: shown }];
}

export function smallPrint(text: string): PlainTextElement {
  return plain(fitLine(text, contextLineLimit));
}

/** Small print that may hold markup of ours, made of a foreign `text` by `toMarkup`. */
export function smallMarkup(text: string, toMarkup: (line: string) => string): MrkdwnElement {
  return mrkdwn(toMarkup(fitLine(text, contextLineLimit / 2)));
}

/** In rows, sixty at most. A button whose value Slack would not carry is left out: the message's text names it. */
export function buttonRows(
  buttons: readonly Button[],
  links: readonly SlackButton[] = [],
): readonly KnownBlock[] {
  const able = buttons.filter((button) => button.value.length <= valueLimit).slice(0, 3 * rowLength);
  const rows = Array.from({ length: Math.ceil(able.length / rowLength) }, (_, row) =>
    numbered(able.slice(row * rowLength, (row + 1) * rowLength)),
  );
  const last = rows.pop() ?? [];
  return [...rows, [...last, ...links]]
    .filter((elements) => elements.length > 0)
    .map((elements) => ({ type: "actions", elements }));
}

function numbered(buttons: readonly Button[]): SlackButton[] {
  const seen = new Map<string, number>();
  return buttons.map((button) => {
    const n = seen.get(button.action) ?? 0;
    seen.set(button.action, n + 1);
    return slackButton(button, actionIdAt(button.action, n));
  });
}

function slackButton(button: Button, actionId: string): SlackButton {
  const label = fitLabel(button.label, labelLimit, "Choose");
  return {
    type: "button",
    action_id: actionId,
    ...(button.value !== "" && { value: button.value }),
    ...(button.url !== undefined && { url: button.url }),
    text: plain(label),
    ...(button.style !== "plain" && { style: button.style }),
    ...(button.confirm !== undefined && { confirm: confirmation(button, button.confirm) }),
  };
}

/** "Stop this run? Files made so far are kept.": the question is the title. */
function confirmation(button: Button, words: string): NonNullable<SlackButton["confirm"]> {
  const end = words.indexOf("?") + 1;
  const label = fitLabel(button.label, confirmLimits.button, "Yes");
  const rest = words.slice(end).trim();
  return {
    title: plain(
      fitLabel(
        words.slice(0, end),
        confirmLimits.title,
        fitLabel(button.label, confirmLimits.title, "Sure?"),
      ),
    ),
    text: plain(fitLabel(rest === "" ? words : rest, confirmLimits.text, "Are you sure?")),
    confirm: plain(label),
    deny: plain(button.action === "run.stop" ? "Keep going" : "Cancel"),
    ...(button.style !== "plain" && { style: button.style }),
  };
}

export function linkButton(url: string | undefined, label: string): readonly SlackButton[] {
  return url === undefined ? [] : [{ type: "button", action_id: linkControl, url, text: plain(label) }];
}
