// What was heard in a conversation, routed: at once what can't wait, the rest when its burst is over.

import { errorText, isAppError } from "../base/errors.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { World } from "../runtime/deps.ts";
import { messageFailed } from "../runtime/voice/replies.ts";
import type { Tx } from "../store/contract.ts";
import { CorruptRow } from "../store/errors.ts";
import type { ApprovalParts } from "./approval-desk.ts";
import type { Committed, Decision, Desk } from "./desk.ts";
import type { FilesIn } from "./files-in.ts";
import { tell } from "./heard.ts";
import type { Kept } from "./keep-event.ts";
import { isPlainMessage } from "./plain-message.ts";
import { routeImmediate, settleInTurn } from "./route-immediate.ts";
import { type Routing, routeMessages } from "./route-messages.ts";
import type { RulesFor } from "./rules.ts";
import type { AskStanding } from "./standing.ts";

export interface Router {
  routeImmediate(id: ConversationId): Promise<void>;
  /** Keeps a click and acts on it in one transaction (RI3); `settled` is false where it is only kept. */
  takeClick<T extends Kept>(
    keep: (tx: Tx) => Promise<T>,
  ): Promise<Committed<T & { readonly settled: boolean }>>;
  /** One call at a time per conversation and process. */
  routeMessages(id: ConversationId): Promise<Routing>;
}

export interface RouterDeps {
  readonly world: World;
  readonly desk: Desk;
  readonly rulesFor: RulesFor;
  readonly files: FilesIn;
  readonly approvals: ApprovalParts;
  /** Asked who somebody is, where their platform had not said yet. */
  readonly standing?: AskStanding;
}

/** A fault of ours that comes back this often in one conversation ends the tries, so that it blocks nothing for ever. */
const mostFaults = 3;

export function createRouter(deps: RouterDeps): Router {
  const { world, desk, rulesFor, files, approvals, standing } = deps;
  const faults = new Map<ConversationId, number>();
  const { ids, log, clock } = world;
  const immediate = { desk, rulesFor, ids, log, approvals, standing, clock };
  return {
    routeImmediate: (id) => pastCorruption(deps, () => routeImmediate(immediate, id)),
    takeClick: (keep) =>
      desk.commit(async (d) => {
        const kept = await keep(d.tx);
        const settled = kept.isNew && (await settleInTurn(d, immediate, kept));
        return { ...kept, settled };
      }),
    async routeMessages(id) {
      try {
        const routing = await pastCorruption(deps, () =>
          routeMessages({ desk, rulesFor, files, ids, standing, clock }, id),
        );
        faults.delete(id);
        return routing;
      } catch (error) {
        if (isAppError(error) && error.retry.kind !== "never") throw error;
        const count = (faults.get(id) ?? 0) + 1;
        faults.set(id, count);
        if (count < mostFaults) throw error;
        faults.delete(id);
        log.error("Messages could not be routed and are kept as context", {
          conversation: id,
          error: errorText(error),
        });
        await desk.decide((d) => setAside(d, id));
        return { kind: "done" };
      }
    },
  };
}

/** A row that can't be read is left where it is, as context; the rest of its conversation goes on. */
async function pastCorruption<T>(
  { desk, world }: Pick<RouterDeps, "desk" | "world">,
  route: () => Promise<T>,
): Promise<T> {
  try {
    return await route();
  } catch (error) {
    const row =
      error instanceof CorruptRow && error.facts["table"] === "inbox" ? error.facts["key"] : undefined;
    if (typeof row !== "string") throw error;
    const skipped = await desk.decide((d) => d.tx.inbox.route(row, "noted"));
    if (!skipped) throw error;
    world.log.error("An event that was heard can't be read and is passed over", { row });
    return pastCorruption({ desk, world }, route);
  }
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
