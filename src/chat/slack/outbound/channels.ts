// What the app may know of a conversation: its name, and whether it is in it.

import type { SlackPlace } from "./places.ts";
import type { SlackApi } from "./slack-api.ts";
import { slackCode } from "./slack-errors.ts";

/** Undefined where Slack does not tell: a private channel that the app is not in, or a scope that was not granted. */
export async function channelName(api: SlackApi, team: string, channel: string): Promise<string | undefined> {
  try {
    const answer = await api.call({ team, method: "conversations.info", reads: true }, (client) =>
      client.conversations.info({ channel }),
    );
    const { name } = answer.channel ?? {};
    return name !== undefined && /^[\p{L}\p{N}_-]{1,80}$/u.test(name) ? name : undefined;
  } catch (error) {
    if (slackCode(error) === undefined) throw error;
    return undefined;
  }
}

const outside = new Set(["not_in_channel", "channel_not_found"]);

/** `place.thread` is a message there. */
export async function isIn(api: SlackApi, place: SlackPlace): Promise<boolean> {
  const { team, channel } = place;
  try {
    const answer = await api.call({ team, method: "conversations.info", reads: true }, (client) =>
      client.conversations.info({ channel }),
    );
    return answer.channel?.is_member !== false || answer.channel.is_im === true;
  } catch (error) {
    const code = slackCode(error);
    if (code === undefined) throw error;
    return outside.has(code) ? false : mayRead(api, place); // without the scope, another way to ask
  }
}

async function mayRead(api: SlackApi, { team, channel, thread = "" }: SlackPlace): Promise<boolean> {
  try {
    await api.call({ team, method: "conversations.replies", reads: true }, (client) =>
      client.conversations.replies({ channel, ts: thread, limit: 1 }),
    );
    return true;
  } catch (error) {
    if (outside.has(slackCode(error) ?? "")) return false;
    throw error;
  }
}
