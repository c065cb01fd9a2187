// The chat platforms of this process: the local chat where only this machine reaches it, and Slack where it is set up.

import type { ChatPlatform } from "../chat/contract.ts";
import type { LocalChat } from "../chat/local/local-chat.ts";
import type { Config } from "../config/load-config.ts";
import { usesSlack } from "../config/slack-rules.ts";
import { isLoopback } from "../web/access.ts";
import type { Edges } from "./edges.ts";
import { ChatInUse, openLocalChat } from "./local-chat.ts";
import type { Slack } from "./slack.ts";
import type { StopList } from "./stop-list.ts";

export interface Platforms {
  readonly localChat?: LocalChat;
  readonly slack?: Slack;
}

export async function openPlatforms(
  config: Config,
  edges: Edges,
  agentName: string,
  stops: StopList,
): Promise<Platforms> {
  if (!usesSlack(config)) return { localChat: await openLocalChat(config, edges.world, agentName, stops) };
  const { openSlack } = await import("./slack.ts"); // its SDK is slow to load
  const slack = await openSlack(config, { ...edges, agentName });
  if (isLoopback(config.core.host))
    return { slack, ...(await localChatUnlessTaken(config, edges, agentName, stops)) };
  edges.world.log.info("The local chat is off, because other machines can reach HOST", {
    host: config.core.host,
  });
  return { slack };
}

/** Another process on this machine, the one that this one replaces among them, may have it: Slack does without. */
async function localChatUnlessTaken(
  config: Config,
  { world }: Edges,
  agentName: string,
  stops: StopList,
): Promise<Pick<Platforms, "localChat">> {
  try {
    return { localChat: await openLocalChat(config, world, agentName, stops) };
  } catch (error) {
    if (!(error instanceof ChatInUse)) throw error;
    world.log.info("The local chat is left to another process, which has it open", {});
    return {};
  }
}

export function platformsOf({ localChat, slack }: Platforms): readonly ChatPlatform[] {
  return [...(localChat ? [localChat.platform] : []), ...(slack ? [slack.platform] : [])];
}
