// A message in words alone: for where the blocks were refused (ux c.0 rule 9), and the `text` beside them.
//
//   PF1  The words, numbers and state are those of plain-text.ts; nothing is left out before Slack's own limit.
//   PF2  Escaped, so that it calls nobody; who must act is mentioned at the beginning, by us.

import type { Outgoing } from "../../../domain/outbox.ts";
import { plainText } from "../../plain-text.ts";
import { withoutLinks } from "../../prose/addresses.ts";
import { fit } from "../../prose/fit-text.ts";
import { escapeMrkdwn, mention } from "./mrkdwn.ts";
import type { RenderPlace, SlackMessage } from "./slack-message.ts";

const textLimit = 40_000;
const besideBlocksLimit = 3_000;

export function plainForm(message: Outgoing, to: RenderPlace): SlackMessage {
  const called = mentionOf(message, to);
  const text = escapedWithin(plainText(message), textLimit - called.length, to);
  return { text: called + text, blocks: [] };
}

/** What a notification and a screen reader get beside the blocks. */
export function textBeside(message: Outgoing, to: RenderPlace): string {
  return escapedWithin(plainText(message), besideBlocksLimit, to);
}

/** Empty where nobody is called by id: the words name them. */
function mentionOf(message: Outgoing, to: RenderPlace): string {
  const asks = message.kind === "attention" && message.decided === undefined;
  if (!asks && message.kind !== "result") return "";
  const called = mention(message.mention, "", to);
  return called === "" ? "" : `${called} `;
}

function escapedWithin(text: string, limit: number, to: RenderPlace): string {
  if (text.trim() === "") return "(This message has no words.)";
  for (let room = limit; room > 0; room = Math.floor(room * 0.8)) {
    const escaped = inert(fit(text, room), to);
    if (escaped.length <= limit) return escaped;
  }
  return "…";
}

function inert(text: string, to: RenderPlace): string {
  return escapeMrkdwn(withoutLinks(text, to.mayFollow));
}
