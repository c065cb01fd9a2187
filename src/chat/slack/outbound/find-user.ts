// Who a user id is, from `users.info`.

import type { SlackUser } from "../inbound/people.ts";
import { ChatError } from "../../errors.ts";
import type { SlackApi } from "./slack-api.ts";

/** Undefined where Slack shows no such user. */
export async function findUser(api: SlackApi, team: string, userId: string): Promise<SlackUser | undefined> {
  try {
    const answer = await api.call({ team, method: "users.info", reads: true }, (client) =>
      client.users.info({ user: userId }),
    );
    return answer.user;
  } catch (error) {
    if (error instanceof ChatError && error.code === "chat.not_found") return undefined;
    throw error;
  }
}
