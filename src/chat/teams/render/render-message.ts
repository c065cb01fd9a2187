// Any message of ours as Teams shows it. Pure but for its nonce: the same message is the same activity.
//
//   TX1  What a model wrote carries the AI label, in the one root message entity that Teams takes (T-M1).
//   TX2  It fits Teams' size: prose is cut, controls are not (T-M15).
//   TX3  Nothing in it loads or previews anything from elsewhere (OUT-1).

import type { Outgoing } from "../../../domain/outbox.ts";
import { headline, plainText } from "../../plain-text.ts";
import { fit } from "../../prose/fit-text.ts";
import { safeOutgoing } from "../../safe-outgoing.ts";
import { aiLabel } from "./ai-label.ts";
import { card, type CardContent, cardType } from "./card-parts.ts";
import { attentionContent } from "./render-attention.ts";
import { cardContent } from "./render-card.ts";
import {
  fileLines,
  messageProse,
  nextActions,
  quoted,
  resultContent,
  resultText,
  takesFeedback,
} from "./render-result.ts";
import { withoutLinks } from "../../prose/addresses.ts";
import { mention } from "./safe-words.ts";
import type { Json, RenderPlace, TeamsMessage } from "./teams-message.ts";

/** Teams takes 28 KB; what surrounds a message on its way is part of that. */
export const mostBytes = 25_000;
const noticeLimit = 14_000;
const fallbackLimit = 2_000;

export function renderMessage(message: Outgoing, to: RenderPlace): TeamsMessage {
  const safe = safeOutgoing(message);
  let rendered = rendering(safe, to);
  for (let room = 8_000; sizeOf(rendered) > mostBytes && room >= 500; room = Math.floor(room / 2)) {
    rendered = rendering(safe, { ...to, room });
  }
  return rendered;
}

/** Without cutting anything of its words. */
export function fitsWhole(message: Outgoing, to: RenderPlace): boolean {
  return sizeOf(rendering(safeOutgoing(message), to)) <= mostBytes;
}

export function sizeOf(message: TeamsMessage): number {
  return Buffer.byteLength(JSON.stringify(message));
}

/** The card alone, for an invoke that asks for it; undefined where the message is words. */
export function renderCard(message: Outgoing, to: RenderPlace): Json | undefined {
  const content = renderMessage(message, to).attachments?.[0]?.["content"];
  return typeof content === "object" && content !== null ? { ...content } : undefined;
}

/** In words alone: where the card was refused (ux c.0 rule 9). */
export function plainForm(message: Outgoing, to: RenderPlace): TeamsMessage {
  const safe = safeOutgoing(message);
  const asks = safe.kind === "attention" && safe.decided === undefined;
  const called = asks || safe.kind === "result" ? mention(safe.mention, safe.mentionName, to) : undefined;
  const text = fit(plainText(safe), Math.min(noticeLimit, to.room ?? noticeLimit));
  const words = withoutLinks(text, to.mayFollow)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  const quote = safe.kind === "notice" || safe.kind === "result" ? quoted(safe) : "";
  const start = `${quote}${quote === "" ? "" : "\n\n"}${called === undefined ? "" : `${called.markup} `}`;
  return inWords(`${start}${eachAParagraph(words)}`, {
    summary: headline(safe),
    entities: called === undefined ? [] : [called.entity],
  });
}

/** Of each line that is not code: Markdown would run them together. */
function eachAParagraph(words: string): string {
  let isCode = false;
  const lines = words.split("\n").map((line) => {
    if (/^\s*`{3,}[^`]*$/.test(line)) isCode = !isCode;
    return isCode ? `${line}\n` : `${line}\n\n`;
  });
  return lines.join("").trimEnd();
}

function rendering(message: Outgoing, to: RenderPlace): TeamsMessage {
  switch (message.kind) {
    case "card":
      return inCard(message, cardContent(message, to), to);
    case "attention":
      return inCard(message, attentionContent(message, to), to);
    case "result": {
      if (nextActions(message).length > 0) return inCard(message, resultContent(message, to), to);
      const { text, mentions, citations } = resultText(message, to);
      return inWords(text, {
        summary: headline(message),
        entities: mentions.map(({ entity }) => entity),
        citations,
        feedback: takesFeedback(message),
      });
    }
    case "notice": {
      const text = messageProse(message.text, to, noticeLimit);
      const parts = [
        quoted(message),
        text === "" ? "(This message has no words.)" : text,
        ...fileLines(message, to),
      ];
      return inWords(parts.filter((part) => part !== "").join("\n\n"), { summary: headline(message) });
    }
    default:
      return message satisfies never;
  }
}

interface Beside {
  readonly summary: string;
  readonly entities?: readonly Json[];
  readonly citations?: readonly Json[];
  readonly feedback?: boolean;
}

function inWords(
  text: string,
  { summary, entities = [], citations = [], feedback = false }: Beside,
): TeamsMessage {
  return {
    type: "message",
    textFormat: "markdown",
    text,
    summary,
    entities: [aiLabel(citations), ...entities],
    ...(feedback && { channelData: { feedbackLoop: { type: "default" } } }),
  };
}

function inCard(
  message: Outgoing,
  content: Omit<CardContent, "fallbackText">,
  to: RenderPlace,
): TeamsMessage {
  const fallbackText = fit(plainText(message), Math.min(fallbackLimit, to.room ?? fallbackLimit));
  const feedback = message.kind === "result" && takesFeedback(message);
  return {
    type: "message",
    summary: headline(message),
    attachments: [{ contentType: cardType, content: card({ ...content, fallbackText }, to.nonce) }],
    entities: [aiLabel([])],
    ...(feedback && { channelData: { feedbackLoop: { type: "default" } } }),
  };
}
