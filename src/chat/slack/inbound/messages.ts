// `message` and `app_mention` events as neutral events.
//
//   ME1  The two deliveries of one mention give the same conversation, message id and text, whichever comes first.
//   ME2  Own messages are never heard. Those of other bots are heard as a bot's: the gateway decides what they may do.
//   ME3  What is not content (joins, topics, link previews, own card edits) makes no event.
//   ME4  A file is referred to by its address or id, never by a token.
//   ME5  In direct messages the person's present view goes with the words, as a hint (AC1).

import type { InboundEvent } from "../../../domain/inbound.ts";
import type { Contexts } from "./app-context.ts";
import { authorOf, isOwn } from "./authors.ts";
import { readText, toInboundFiles } from "./content.ts";
import { addressOf, msOf, type SlackHome } from "./home.ts";
import type { People } from "./people.ts";
import type { MessageEvent, SlackMessage } from "./shapes.ts";

export interface HeardMessage {
  readonly home: SlackHome;
  readonly eventId: string;
  readonly event: MessageEvent;
}

export type ReadMessage = (heard: HeardMessage) => Promise<InboundEvent | undefined>;

const contentSubtypes = new Set([undefined, "file_share", "thread_broadcast", "me_message", "bot_message"]);
const mostChannels = 10_000;

export function createMessageReader(people: People, contexts: Contexts): ReadMessage {
  const channelTypes = new Map<string, string>();

  /** `app_mention` doesn't say what kind of channel it is in; other events of the channel did. */
  const withChannelType = (home: SlackHome, event: MessageEvent): MessageEvent => {
    const key = `${home.installation.teamId}/${event.channel}`;
    if (event.channel_type === undefined) return { ...event, channel_type: channelTypes.get(key) };
    if (channelTypes.size >= mostChannels) channelTypes.clear();
    channelTypes.set(key, event.channel_type);
    return event;
  };

  return async (heard) => {
    const event = withChannelType(heard.home, heard.event);
    if (event.subtype === "message_changed") return readChange(people, { ...heard, event });
    if (event.subtype === "message_deleted") {
      return readDeletion(people, { ...heard, event }, event.previous_message);
    }
    if (!contentSubtypes.has(event.subtype)) return undefined;
    const content = await readContent(people, { ...heard, event });
    return content && { ...content, ...viewOf(contexts, { ...heard, event }) };
  };
}

async function readContent(
  people: People,
  { home, eventId, event }: HeardMessage,
): Promise<InboundEvent | undefined> {
  if (isOwn(home, event)) return undefined;
  const [author, said] = await Promise.all([authorOf(people, home, event), readText(people, home, event)]);
  if (!author) return undefined;
  return {
    eventId,
    conversation: conversationOf(home, event, event),
    author,
    sentAt: msOf(event.ts),
    kind: "message",
    messageId: event.ts,
    ...said,
    files: toInboundFiles(home, event.files),
  };
}

function viewOf(contexts: Contexts, { home, event }: HeardMessage): { lookingAt?: string } {
  const { user, channel_type: type, app_context: context } = event;
  const { teamId: team } = home.installation;
  if (type !== "im" || user === undefined) return {};
  if (context !== undefined) contexts.see(team, user, context);
  const seen = contexts.recall(team, user);
  return seen ? { lookingAt: contexts.inWords(team, seen) } : {};
}

async function readChange(people: People, heard: HeardMessage): Promise<InboundEvent | undefined> {
  const { home, eventId, event } = heard;
  const { message, previous_message: before } = event;
  if (message?.subtype === "tombstone") return readDeletion(people, heard, before);
  if (!message || !isReworded(message, before) || isOwn(home, message)) return undefined;
  const [author, said] = await Promise.all([
    authorOf(people, home, { ...message, user: message.edited?.user ?? message.user }),
    readText(people, home, message),
  ]);
  if (!author) return undefined;
  return {
    eventId,
    conversation: conversationOf(home, event, message),
    author,
    sentAt: msOf(event.event_ts ?? event.ts),
    kind: "edited",
    messageId: message.ts,
    text: said.text,
  };
}

/** A link preview, a reply or a pin changes a message, too. */
function isReworded(message: SlackMessage, before: SlackMessage | undefined): boolean {
  if (!contentSubtypes.has(message.subtype)) return false;
  return before === undefined ? message.edited !== undefined : before.text !== message.text;
}

/** Slack doesn't say who deleted it: its author, or somebody who may. */
async function readDeletion(
  people: People,
  { home, eventId, event }: HeardMessage,
  deleted: SlackMessage | undefined,
): Promise<InboundEvent | undefined> {
  const author = deleted && (await authorOf(people, home, deleted));
  if (!author) return undefined;
  return {
    eventId,
    conversation: conversationOf(home, event, deleted),
    author,
    sentAt: msOf(event.event_ts ?? event.ts),
    kind: "deleted",
    messageId: deleted.ts,
  };
}

function conversationOf(home: SlackHome, event: MessageEvent, { thread_ts, ts }: SlackMessage) {
  return addressOf(home, {
    channel: event.channel,
    thread: thread_ts ?? ts,
    channelType: event.channel_type,
  });
}
