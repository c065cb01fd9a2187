// The chat platforms of this process: the local chat where only this machine reaches it, and Slack where it is set up.

import type { ChatPlatform } from "../chat/contract.ts";
import type { LocalChat } from "../chat/local/local-chat.ts";
import type { Config } from "../config/load-config.ts";
import { usesSlack } from "../config/slack-rules.ts";
import { isLoopback } from "../web/access.ts";
import type { Edges } from "./edges.ts";
import { openLocalChat } from "./local-chat.ts";
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
  const slack = await openSlack(config, edges);
  if (isLoopback(config.core.host))
    return { slack, localChat: await openLocalChat(config, edges.world, agentName, stops) };
  edges.world.log.info("The local chat is off, because other machines can reach HOST", {
    host: config.core.host,
  });
  return { slack };
}

export function platformsOf({ localChat, slack }: Platforms): readonly ChatPlatform[] {
  return [...(localChat ? [localChat.platform] : []), ...(slack ? [slack.platform] : [])];
}
