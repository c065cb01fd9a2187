// Words before they are said, wired: which process shows them.
//
//   LP1  Only a process that does everything alone: a message takes the place of what was shown of it where it was shown, and with several
//        processes another one may be the one that says it. There it is said as ever, and nothing is shown before.

import type { ChatPlatform } from "../chat/contract.ts";
import type { Config } from "../config/load-config.ts";
import { stopShown } from "../gateway/live-stop.ts";
import { createLiveWords } from "../gateway/live-words.ts";
import type { LiveVoice } from "../runtime/live-voice.ts";
import type { Edges } from "./edges.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import { isEmbedded } from "./open-edges.ts";

/** Quick answers come whole. */
const firstMs = 1_500;

export interface LiveParts {
  readonly platforms: readonly ChatPlatform[];
  readonly gateway: Pick<GatewayParts, "desk" | "rulesFor">;
}

/** LP1. */
export function createLive(
  config: Config,
  { world, store }: Pick<Edges, "world" | "store">,
  { platforms, gateway: { desk, rulesFor } }: LiveParts,
): LiveVoice | undefined {
  if (!isEmbedded(config)) return undefined;
  const stop = (run: Parameters<typeof stopShown>[2]): Promise<void> => stopShown(desk, rulesFor, run);
  const byName = new Map(platforms.map((platform) => [platform.name, platform]));
  return createLiveWords({ world, store, platforms: byName, firstMs, stop });
}
