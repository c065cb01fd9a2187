// What the app has said in a conversation, read back from Slack: messages by their key, and files that belong to none.
//
//   OM1  Only the app's own messages count, whatever metadata others put on theirs.
//   OM2  Files go up before their message (post-message.ts), and posts of one conversation keep their order. So files
//        of ours that came after our last keyed message belong to one that is still to be posted.
//   OM3  What Slack does not let us read counts as empty, with a line in the log: then a post may repeat.

import { z } from "zod";
import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Installation } from "../installations.ts";
import type { SlackPlace } from "./places.ts";
import type { SlackApi } from "./slack-api.ts";
import { isPlainRefusal } from "./slack-errors.ts";

export interface OwnMessages {
  readonly byKey: ReadonlyMap<string, string>;
  /** Files without their message yet (`fileLook`). */
  readonly strays: ReadonlySet<string>;
}

export interface ReadDeps {
  readonly api: SlackApi;
  readonly clock: Clock;
  readonly log: Logger;
}

export const metadataType = "deputy";

const hint = z.string().optional().catch(undefined);
const Message = z.object({
  ts: z.string(),
  user: hint,
  bot_id: hint,
  metadata: z
    .object({ event_type: z.string(), event_payload: z.object({ key: hint }) })
    .optional()
    .catch(undefined),
  files: z
    .array(z.object({ name: z.string(), size: z.number() }))
    .optional()
    .catch(undefined),
});
type Message = z.infer<typeof Message>;

interface Page {
  readonly messages?: readonly unknown[] | undefined;
  readonly response_metadata?: { readonly next_cursor?: string } | undefined;
}

const pageSize = 200;
/** Nobody tries for longer to say something; deliveries are remembered for as long (I1). */
const longestMs = 7 * 24 * 3_600_000;
/** Outside a thread, newest first. */
const mostPages = 10;

/** Slack keeps neither content nor digest: name and size are what an upload is known by (design 10). */
export function fileLook(name: string, size: number): string {
  return `${size} ${name}`;
}

export async function readOwnMessages(deps: ReadDeps, place: SlackPlace): Promise<OwnMessages> {
  const { api, log } = deps;
  const us = await api.installation(place.team);
  try {
    const messages = place.thread === undefined ? await history(deps, place) : await replies(deps, place);
    return digest(messages.filter((message) => isOurs(message, us)));
  } catch (error) {
    if (!isPlainRefusal(error)) throw error;
    log.warn("A conversation can't be read back; what is posted there may repeat", {
      channel: place.channel,
      error: errorText(error),
    });
    return digest([]);
  }
}

function digest(messages: readonly Message[]): OwnMessages {
  const byKey = new Map<string, string>();
  const strays = new Set<string>();
  for (const { ts, metadata, files = [] } of messages.toSorted((a, b) => (a.ts < b.ts ? -1 : 1))) {
    const key = metadata?.event_type === metadataType ? metadata.event_payload.key : undefined;
    if (key !== undefined && !byKey.has(key)) byKey.set(key, ts);
    if (key !== undefined) strays.clear();
    else for (const file of files) strays.add(fileLook(file.name, file.size));
  }
  return { byKey, strays };
}

function isOurs({ user, bot_id }: Message, us: Installation): boolean {
  return bot_id === us.botId || user === us.botUserId;
}

async function replies({ api, clock }: ReadDeps, place: SlackPlace): Promise<readonly Message[]> {
  const { team, channel, thread = "" } = place;
  const since = clock.now() - longestMs;
  const oldest = Number(thread) * 1_000 < since ? { oldest: slackTime(since) } : {};
  return collect(Infinity, (cursor) =>
    api.call({ team, method: "conversations.replies", reads: true }, (client) =>
      client.conversations.replies({
        channel,
        ts: thread,
        include_all_metadata: true,
        limit: pageSize,
        ...oldest,
        ...cursor,
      }),
    ),
  );
}

async function history({ api, clock }: ReadDeps, place: SlackPlace): Promise<readonly Message[]> {
  const { team, channel } = place;
  const oldest = slackTime(clock.now() - longestMs);
  return collect(mostPages, (cursor) =>
    api.call({ team, method: "conversations.history", reads: true }, (client) =>
      client.conversations.history({
        channel,
        include_all_metadata: true,
        limit: pageSize,
        oldest,
        ...cursor,
      }),
    ),
  );
}

async function collect(
  pages: number,
  read: (cursor: { readonly cursor?: string }) => Promise<Page>,
): Promise<readonly Message[]> {
  const messages: Message[] = [];
  let cursor: { readonly cursor?: string } = {};
  for (let page = 0; page < pages; page += 1) {
    const answer = await read(cursor);
    for (const one of answer.messages ?? []) {
      const parsed = Message.safeParse(one);
      if (parsed.success) messages.push(parsed.data);
    }
    const next = answer.response_metadata?.next_cursor || undefined;
    if (next === undefined || next === cursor.cursor) break;
    cursor = { cursor: next };
  }
  return messages;
}

function slackTime(ms: number): string {
  return (ms / 1_000).toFixed(6);
}
