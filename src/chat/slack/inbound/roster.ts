// Everybody of a workspace in one go: for the moments in which more unknown people speak than Slack lets us look up.
//
//   RO1  One list at a time per workspace, believed for a minute: a storm asks once.

import type { Clock } from "../../../base/clock.ts";
import { createShortMemory } from "../../short-memory.ts";
import type { Roster, SlackUser } from "./people.ts";

export type ListUsers = (team: string) => Promise<ReadonlyMap<string, SlackUser>>;

const believedMs = 60_000;
const mostTeams = 1_000;

export function createRoster(list: ListUsers, clock: Clock): Roster {
  const lists = createShortMemory<Promise<ReadonlyMap<string, SlackUser>>>(clock, {
    ms: believedMs,
    most: mostTeams,
  });
  const listOf = (team: string): Promise<ReadonlyMap<string, SlackUser>> => {
    const known = lists.get(team);
    if (known) return known;
    const asked = list(team);
    lists.set(team, asked);
    asked.catch(() => lists.delete(team));
    return asked;
  };
  return { find: async (team, userId) => (await listOf(team)).get(userId) };
}
