// The chat platforms of this process: Slack and Teams where they are set up, and the local chat where only this machine
// reaches it.

import type { ChatPlatform, Door } from "../chat/contract.ts";
import type { LocalChat } from "../chat/local/local-chat.ts";
import type { Config } from "../config/load-config.ts";
import { usesSlack } from "../config/slack-rules.ts";
import { usesTeams } from "../config/teams-rules.ts";
import { isLoopback } from "../net/loopback.ts";
import type { Edges } from "./edges.ts";
import { ChatInUse, openLocalChat } from "./local-chat.ts";
import type { Slack } from "./slack.ts";
import type { StopList } from "./stop-list.ts";
import type { Teams, TeamsOptions } from "./teams.ts";

export interface Platforms {
  readonly localChat?: LocalChat;
  readonly slack?: Slack;
  readonly teams?: Teams;
}

export async function openPlatforms(
  config: Config,
  edges: Edges,
  options: TeamsOptions,
  stops: StopList,
): Promise<Platforms> {
  const { agentName } = options;
  const playground = options.playground && isLoopback(config.core.host);
  const slack = usesSlack(config) ? await slackOf(config, edges, agentName) : undefined;
  const teams =
    usesTeams(config) || playground ? await teamsOf(config, edges, { agentName, playground }) : undefined;
  if (!slack && !teams) return { localChat: await openLocalChat(config, edges, agentName, stops) };
  const others = { ...(slack && { slack }), ...(teams && { teams }) };
  if (isLoopback(config.core.host))
    return { ...others, ...(await localChatUnlessTaken(config, edges, agentName, stops)) };
  edges.world.log.info("The local chat is off, because other machines can reach HOST", {
    host: config.core.host,
  });
  return others;
}

/** Their SDKs are slow to load. */
async function slackOf(config: Config, edges: Edges, agentName: string): Promise<Slack> {
  const { openSlack } = await import("./slack.ts");
  return openSlack(config, { ...edges, agentName });
}

async function teamsOf(config: Config, edges: Edges, options: TeamsOptions): Promise<Teams> {
  const { openTeams } = await import("./teams.ts");
  return openTeams(config, edges, options);
}

/** Another process on this machine, the one that this one replaces among them, may have it: the others do without. */
async function localChatUnlessTaken(
  config: Config,
  edges: Edges,
  agentName: string,
  stops: StopList,
): Promise<Pick<Platforms, "localChat">> {
  try {
    return { localChat: await openLocalChat(config, edges, agentName, stops) };
  } catch (error) {
    if (!(error instanceof ChatInUse)) throw error;
    edges.world.log.info("The local chat is left to another process, which has it open", {});
    return {};
  }
}

export function platformsOf({ localChat, slack, teams }: Platforms): readonly ChatPlatform[] {
  return [localChat, slack, teams].flatMap((one) => (one === undefined ? [] : [one.platform]));
}

export function doorsOf({ slack, teams }: Platforms): readonly Door[] {
  return [...(slack?.doors ?? []), ...(teams?.platform.doors ?? [])];
}
