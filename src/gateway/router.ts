// What was heard in a conversation, routed: at once what can't wait, the rest when its burst is over.

import { errorText, isAppError } from "../base/errors.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { World } from "../runtime/deps.ts";
import { messageFailed } from "../runtime/voice/replies.ts";
import type { Decision, Desk } from "./desk.ts";
import type { FilesIn } from "./files-in.ts";
import { tell } from "./heard.ts";
import { isPlainMessage } from "./plain-message.ts";
import { routeImmediate } from "./route-immediate.ts";
import { type Routing, routeMessages } from "./route-messages.ts";
import type { RulesFor } from "./rules.ts";

export interface Router {
  routeImmediate(id: ConversationId): Promise<void>;
  /** One call at a time per conversation and process. */
  routeMessages(id: ConversationId): Promise<Routing>;
}

export interface RouterDeps {
  readonly world: World;
  readonly desk: Desk;
  readonly rulesFor: RulesFor;
  readonly files: FilesIn;
}

/** A fault of ours that comes back this often in one conversation ends the tries, so that it blocks nothing for ever. */
const mostFaults = 3;

export function createRouter(deps: RouterDeps): Router {
  const { world, desk, rulesFor, files } = deps;
  const faults = new Map<ConversationId, number>();
  return {
    routeImmediate: (id) => routeImmediate({ desk, rulesFor, ids: world.ids, log: world.log }, id),
    async routeMessages(id) {
      try {
        const routing = await routeMessages({ desk, rulesFor, files, ids: world.ids }, id);
        faults.delete(id);
        return routing;
      } catch (error) {
        if (isAppError(error) && error.retry.kind !== "never") throw error;
        const count = (faults.get(id) ?? 0) + 1;
        faults.set(id, count);
        if (count < mostFaults) throw error;
        faults.delete(id);
        world.log.error("Messages could not be routed and are kept as context", {
          conversation: id,
          error: errorText(error),
        });
        await desk.decide((d) => setAside(d, id));
        return { kind: "done" };
      }
    },
  };
}

/** Kept, and everybody who wrote is told: nothing is lost, and nobody waits in silence. */
async function setAside(d: Decision, id: ConversationId): Promise<void> {
  const conversation = await d.tx.conversations.find(id);
  const rows = (await d.tx.inbox.unrouted(id)).filter(isPlainMessage);
  for (const row of rows) {
    await d.tx.inbox.route(row.id, "noted");
    if (!conversation) continue;
    await tell(d, conversation, { key: `reply:${row.id}`, to: row.event.author, text: messageFailed });
  }
}
