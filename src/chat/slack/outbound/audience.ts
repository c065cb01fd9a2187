// Who reads a conversation of Slack: its members, and what is known of them.
//
//   AU1  Whom Slack does not list is of another organisation.

import type { Audience } from "../../../domain/audience.ts";
import { ChatError } from "../../errors.ts";
import type { Roster, SlackUser } from "../inbound/people.ts";
import { nameOf, standingOf } from "../inbound/people.ts";
import { findUser } from "./find-user.ts";
import type { SlackPlace } from "./places.ts";
import type { SlackApi } from "./slack-api.ts";

const mostMembers = 1_000;

interface Looking {
  readonly api: SlackApi;
  readonly roster: Roster;
  readonly team: string;
}

export async function audienceOf(
  api: SlackApi,
  { team, channel }: SlackPlace,
  roster: Roster,
): Promise<Audience> {
  const { channel: about } = await api.call({ team, method: "conversations.info", reads: true }, (client) =>
    client.conversations.info({ channel, include_num_members: true }),
  );
  const answer = await api.call({ team, method: "conversations.members", reads: true }, (client) =>
    client.conversations.members({ channel, limit: mostMembers }),
  );
  const { botUserId } = await api.installation(team);
  const members = (answer.members ?? []).filter((id) => id !== botUserId);
  const people = (await Promise.all(members.map((id) => reader({ api, roster, team }, id)))).flat();
  const bots = members.length - people.length;
  const untold = answer.response_metadata?.next_cursor ? (about?.num_members ?? 0) - members.length - 1 : 0;
  return {
    count: members.length - bots + Math.max(0, untold),
    people,
    open: about?.is_channel === true && about.is_private !== true,
  };
}

/** None for a bot. */
async function reader({ api, roster, team }: Looking, id: string): Promise<Audience["people"]> {
  const listed = await roster.find(team, id);
  const kind = listed === undefined ? "external" : standingOf(listed, team, true);
  if (kind === "bot" || kind === "gone" || kind === "absent") return [];
  const user = listed ?? (await stranger(api, team, id));
  return user?.is_bot === true ? [] : [{ name: nameOf(user) ?? id, kind }];
}

/** For their name: what Slack does not list it may still show one by one. */
async function stranger(api: SlackApi, team: string, id: string): Promise<SlackUser | undefined> {
  try {
    return await findUser(api, team, id);
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}
