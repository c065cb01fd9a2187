// How somebody stands at a place now, asked of their platform before something is done in their name that they don't ask for now.
//
//   OS1  A platform that can't say now, or takes long, stops nothing: what was last known of them holds until it can.

import { within } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { ChatPlatform, Standing } from "../chat/contract.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";

/** Never rejects; undefined where the platform can't be asked or can't say. */
export type AskStanding = (at: ConversationAddress, person: PersonKey) => Promise<Standing | undefined>;

const patienceMs = 5_000;

export function askingStanding(
  platforms: ReadonlyMap<string, Pick<ChatPlatform, "people">>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): AskStanding {
  return async (at, person) => {
    const asked = platforms.get(at.platform)?.people?.standing(person, at);
    if (asked === undefined) return undefined;
    try {
      return await within(clock, patienceMs, asked);
    } catch (error) {
      log.warn("A platform could not say how somebody stands; what was last known of them holds", {
        platform: at.platform,
        reason: errorText(error),
      });
      return undefined;
    }
  };
}
