// Messages for the tests of rendering: those of test/chat/outgoing.ts, to a person at Slack.

import type { RenderPlace } from "../../../../src/chat/slack/render/slack-message.ts";
import { personKey } from "../../../../src/domain/ids.ts";
import type { Attention } from "../../../../src/domain/outbox.ts";
import { aButton, anAttention } from "../../outgoing.ts";

export const here: RenderPlace = { team: "T0001" };
export const ana = personKey("slack", "T0001", "U0001");

export function aQuestion(attention: Partial<Attention> = {}): Attention {
  return anAttention({ mention: ana, ...attention });
}

export function options(
  count: number,
  label = (n: number): string => `Region ${n + 1}`,
): Attention["options"] {
  return Array.from({ length: count }, (_, n) => aButton({ value: `wait_1.${n}`, label: label(n) }));
}

/** Every string in a payload. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Every text in a payload that Slack reads as markup. */
export function markupIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap(markupIn);
  const isMarkup = "type" in value && (value.type === "mrkdwn" || value.type === "markdown");
  return isMarkup && "text" in value && typeof value.text === "string" ? [value.text, ...inside] : inside;
}
