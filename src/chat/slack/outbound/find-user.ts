// Who a user id is, from `users.info`.

import { ChatError } from "../../errors.ts";
import type { SlackUser } from "../inbound/people.ts";
import type { SlackApi } from "./slack-api.ts";

const pageSize = 1_000;
/** Of a larger workspace the first people are known at once, the others one by one. */
const mostPages = 5;

/** Everybody of the workspace, by id. */
export async function listUsers(api: SlackApi, team: string): Promise<ReadonlyMap<string, SlackUser>> {
  const users = new Map<string, SlackUser>();
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await api.call({ team, method: "users.list", reads: true }, (client) =>
      client.users.list({ limit: pageSize, include_locale: true, ...(cursor !== undefined && { cursor }) }),
    );
    for (const user of answer.members ?? []) if (user.id !== undefined) users.set(user.id, user);
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return users;
}

/** Undefined where Slack shows no such user. */
export async function findUser(api: SlackApi, team: string, userId: string): Promise<SlackUser | undefined> {
  try {
    const answer = await api.call({ team, method: "users.info", reads: true }, (client) =>
      client.users.info({ user: userId, include_locale: true }),
    );
    return answer.user;
  } catch (error) {
    if (error instanceof ChatError && error.code === "chat.not_found") return undefined;
    throw error;
  }
}
