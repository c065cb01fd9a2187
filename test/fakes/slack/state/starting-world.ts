// The workspace that every fake Slack starts with, and what can be added to it.

import { ids } from "../ids.ts";
import type { ChannelType, FakePerson } from "../types.ts";
import type { Channel, Team, World } from "./world.ts";

export function fillWorld(world: World, botToken: string): void {
  installTeam(world, { id: ids.team, botUserId: ids.bot, botId: ids.botId, botToken });
  const person = (id: string, name: string, more: Partial<FakePerson> = {}): void =>
    addPerson(world, {
      id,
      team: ids.team,
      name: name.toLowerCase(),
      realName: name,
      tz: "Europe/Prague",
      ...more,
    });
  person(ids.ana, "Ana");
  person(ids.bo, "Bo", { tz: "America/New_York" });
  person(ids.cem, "Cem", { tz: "Asia/Tokyo", locale: "ja-JP" });
  person(ids.guest, "Guest", { restricted: true });
  person(ids.stranger, "Stranger", { team: ids.otherTeam });
  person(ids.robot, "Robot", { bot: true });
  const all = [ids.bot, ids.ana, ids.bo, ids.cem, ids.guest, ids.stranger, ids.robot];
  addChannel(world, { id: ids.general, type: "channel", members: all });
  addChannel(world, { id: ids.data, type: "channel", members: all });
  addChannel(world, { id: ids.secret, type: "group", members: [ids.bot, ids.ana, ids.bo] });
  addChannel(world, { id: ids.group, type: "mpim", members: [ids.bot, ids.ana, ids.bo] });
  addChannel(world, { id: ids.outside, type: "channel", members: [ids.ana, ids.bo] });
}

export function installTeam(world: World, team: Pick<Team, "id" | "botUserId" | "botId" | "botToken">): Team {
  const made: Team = {
    ...team,
    domain: team.id.toLowerCase(),
    name: `Team ${team.id}`,
    state: "installed",
  };
  world.teams.set(team.id, made);
  addPerson(world, {
    id: team.botUserId,
    team: team.id,
    name: "deputy",
    realName: "Deputy",
    tz: "Etc/UTC",
    bot: true,
  });
  return made;
}

/** The person, and, for people, their direct messages with the app of every workspace they may talk in. */
export function addPerson(world: World, person: FakePerson): void {
  world.people.set(person.id, person);
  if (person.bot) return;
  const home = world.teams.get(person.team)?.state === "installed" ? person.team : ids.team;
  const bot = world.teams.get(home)?.botUserId ?? ids.bot;
  addChannel(world, { id: dmOf(person.id), type: "im", members: [bot, person.id], team: home });
}

export function addChannel(
  world: World,
  it: {
    readonly id: string;
    readonly type: ChannelType;
    readonly members: readonly string[];
    readonly team?: string;
  },
): Channel {
  const channel: Channel = {
    id: it.id,
    name: it.type === "im" ? "directmessage" : it.id.slice(2).toLowerCase(),
    type: it.type,
    team: it.team ?? ids.team,
    members: new Set(it.members),
    messages: [],
    archived: false,
  };
  world.channels.set(it.id, channel);
  return channel;
}

/** Channel of the direct messages between a person and the app. */
export function dmOf(user: string): string {
  return `D${user.slice(1)}`;
}
