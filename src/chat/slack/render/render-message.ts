// Any message of ours as Slack shows it. Pure: the same message is the same payload.
//
//   RM1  The agent's prose is in `markdown` blocks and nowhere else; what surrounds it is written by us (S-M8).
//   RM2  `text` is never empty. Nothing breaks a limit of Slack's, whatever the message holds (block-limits.ts).
//   RM3  Nothing in a message loads or previews anything from elsewhere (OUT-1).

import type { KnownBlock } from "@slack/types";
import type { Outgoing } from "../../../domain/outbox.ts";
import { safeOutgoing } from "../../safe-outgoing.ts";
import { prose } from "./parts.ts";
import { textBeside } from "./plain-form.ts";
import { attentionBlocks } from "./render-attention.ts";
import { cardBlocks } from "./render-card.ts";
import { resultBlocks } from "./render-result.ts";
import type { RenderPlace, SlackMessage } from "./slack-message.ts";

export function renderMessage(message: Outgoing, to: RenderPlace): SlackMessage {
  const safe = safeOutgoing(message);
  return { text: textBeside(safe, to), blocks: blocksOf(safe, to) };
}

function blocksOf(message: Outgoing, to: RenderPlace): readonly KnownBlock[] {
  switch (message.kind) {
    case "card":
      return cardBlocks(message, to);
    case "attention":
      return attentionBlocks(message, to);
    case "result":
      return resultBlocks(message, to);
    case "notice":
      return prose(message.text, to);
    default:
      return message satisfies never;
  }
}
