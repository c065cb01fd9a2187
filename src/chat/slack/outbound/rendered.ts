// A message as it goes over the wire: within its size, in blocks, and without them where Slack refuses those.
//
//   RE1  Nothing that is posted is unfurled or calls anybody by a name in its text (OUT-1).
//   RE2  A notice is the plainest form that the gateway has (ux c.0 rule 9): one whose blocks are refused goes out as
//        text alone. Richer messages are refused, so that the gateway can choose another form.
//   RE3  Only what the message says may be followed can be clicked (OUT-2).

import type { Block, KnownBlock } from "@slack/types";
import type { Outgoing } from "../../../domain/outbox.ts";
import { ChatError } from "../../errors.ts";
import { requireSize } from "../../require-size.ts";
import { plainForm } from "../render/plain-form.ts";
import { renderMessage } from "../render/render-message.ts";
import type { RenderPlace, SlackMessage } from "../render/slack-message.ts";

/** Most characters of Markdown in one message (S-M8). */
export const longestText = 12_000;

export interface Contents {
  readonly text: string;
  /** Empty for text alone. */
  readonly blocks: (KnownBlock | Block)[];
}

/** Flags of every call that makes a message. */
export const quietly = { link_names: false, unfurl_links: false, unfurl_media: false } as const;

/** Calls `send` with the message, and once more with its text alone (RE2). */
export async function inSomeForm<T>(
  message: Outgoing,
  team: string,
  send: (contents: Contents) => Promise<T>,
): Promise<T> {
  requireSize(message, longestText);
  const place = placeOf(message, team);
  try {
    return await send(contentsOf(renderMessage(message, place)));
  } catch (error) {
    if (message.kind !== "notice" || !isFormRefused(error)) throw error;
    return send(contentsOf(plainForm(message, place)));
  }
}

function placeOf(message: Outgoing, team: string): RenderPlace {
  const follow = new Set(message.kind === "card" ? [] : message.follow);
  const detailsUrl = message.kind === "card" || message.kind === "result" ? message.details : undefined;
  return { team, detailsUrl, mayFollow: (url) => follow.has(url.href) };
}

/** A new message must not have an empty list of blocks; an edit must, or the old ones stay. */
export function forNew({ text, blocks }: Contents): { text: string; blocks?: (KnownBlock | Block)[] } {
  return blocks.length === 0 ? { text } : { text, blocks };
}

function contentsOf({ text, blocks = [] }: SlackMessage): Contents {
  return { text, blocks: [...blocks] };
}

function isFormRefused(error: unknown): boolean {
  return error instanceof ChatError && error.code === "chat.decoration_refused" && error.fate === "refused";
}
