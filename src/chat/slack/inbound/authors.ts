// Who wrote a message: a person, another bot, or nobody who counts.

import { personKey } from "../../../domain/ids.ts";
import type { Person } from "../../../domain/person.ts";
import type { SlackHome } from "./home.ts";
import type { People } from "./people.ts";
import type { SlackMessage } from "./shapes.ts";

export function isOwn({ installation }: SlackHome, { user, bot_id }: SlackMessage): boolean {
  return user === installation.botUserId || bot_id === installation.botId;
}

/** Undefined for the agent itself, and for what nobody said. */
export async function authorOf(
  people: People,
  home: SlackHome,
  message: SlackMessage,
): Promise<Person | undefined> {
  const { user, bot_id: bot, user_profile: profile } = message;
  if (isOwn(home, message) || user === "USLACKBOT") return undefined;
  if (bot !== undefined) return botOf(people, home, message, bot);
  if (user === undefined) return undefined;
  return people.find(home, user, {
    team: message.user_team ?? profile?.team,
    guest: profile?.is_restricted === true || profile?.is_ultra_restricted === true,
  });
}

/** An app may post in the name of a person: that is not the person. */
async function botOf(
  people: People,
  home: SlackHome,
  { user, username, bot_profile }: SlackMessage,
  bot: string,
): Promise<Person> {
  const asUser = user === undefined ? undefined : await people.named(home, user);
  if (asUser?.kind === "bot") return asUser;
  const key = personKey("slack", home.installation.teamId, bot);
  return { key, name: username ?? bot_profile?.name ?? bot, kind: "bot" };
}
