// Where a conversation is for the Web API: workspace, channel and thread. What is addressed to a person is opened first.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import { ChatError } from "../../errors.ts";
import { teamOf, threadOf } from "./address.ts";
import type { SlackApi } from "./slack-api.ts";

export interface SlackPlace {
  readonly team: string;
  readonly channel: string;
  /** Undefined for what has no thread. */
  readonly thread: string | undefined;
}

export interface Places {
  of(at: ConversationAddress): Promise<SlackPlace>;
  /** Channel of the direct messages with a person. */
  directMessages(team: string, user: string): Promise<string>;
  /** A person's id stands for the direct messages with them. */
  channel(team: string, id: string): Promise<string>;
}

const remembered = 10_000;
const userId = /^[UW][A-Z0-9]+$/;

export function createPlaces(api: SlackApi): Places {
  const opened = new Map<string, string>();
  const directMessages = async (team: string, user: string): Promise<string> => {
    const key = `${team} ${user}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const answer = await api.call({ team, method: "conversations.open", reads: true }, (client) =>
      client.conversations.open({ users: user }),
    );
    const channel = answer.channel?.id;
    if (channel === undefined) throw noChannel(team);
    if (opened.size >= remembered) opened.clear();
    opened.set(key, channel);
    return channel;
  };
  const channelOf = async (team: string, id: string): Promise<string> =>
    userId.test(id) ? directMessages(team, id) : id;
  return {
    directMessages,
    channel: channelOf,
    async of(at) {
      const team = teamOf(at);
      return { team, channel: await channelOf(team, at.channel), thread: threadOf(at) };
    },
  };
}

function noChannel(team: string): ChatError {
  return new ChatError("chat.unavailable", "Slack opened direct messages and did not say which.", {
    fate: "refused",
    retry: { kind: "backoff" },
    facts: { team },
  });
}
