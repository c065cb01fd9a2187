// The way in: commits what was heard, then has it routed.
//
// Owns: deduplication, the burst window, one routing at a time per conversation. Does not own: what a message means.
//
//   IN1  `receive` resolves after the commit and not before (I1, C1). The same event any number of times is one event.
//   IN2  Routing that is lost with the process is found by the sweeper: everything that is scheduled here is a row.
//   IN3  Conversations never wait for each other (I3); in one conversation clicks and stop words don't wait for a burst.

import type { CancelTimer } from "../base/clock.ts";
import { errorText, isAppError } from "../base/errors.ts";
import type { Receive } from "../chat/contract.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { InboundEvent } from "../domain/inbound.ts";
import type { World } from "../runtime/deps.ts";
import type { Store, Tx } from "../store/contract.ts";
import { cleanEvent } from "./clean-event.ts";
import { eventKeeper, type Kept } from "./keep-event.ts";
import { knownAuthor } from "./known-authors.ts";
import { isVerb } from "./plain-message.ts";
import type { Router } from "./router.ts";

export interface IntakeDeps {
  readonly world: World;
  readonly store: Store;
  readonly router: Router;
  /** How long the messages of a burst are collected, from its first one. 0: not at all. */
  readonly burstMs: number;
}

export interface Intake {
  readonly receive: Receive;
  /** Routes what is due in the conversation: for the sweeper, and after a crash. Rejects when the store is out of reach. */
  routeConversation(id: ConversationId): Promise<void>;
  /** Resolves when no routing is under way. */
  idle(): Promise<void>;
  /** Ends the windows and waits for the routing under way; what is left is the next process's. Twice is once. */
  stop(): Promise<void>;
}

export function createIntake(deps: IntakeDeps): Intake {
  return new BurstIntake(deps);
}

class BurstIntake implements Intake {
  readonly #deps: IntakeDeps;
  readonly #windows = new Map<ConversationId, CancelTimer>();
  readonly #routing = new Map<ConversationId, { again: boolean }>();
  readonly #underWay = new Set<Promise<void>>();
  #stopped = false;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  readonly receive = async (event: InboundEvent): Promise<void> => {
    const { world, store, burstMs } = this.#deps;
    const clean = this.#clean(event);
    const now = world.clock.now();
    const dueAt = isBurst(clean) ? now + burstMs : now;
    await world.failpoint("inbox.before-commit");
    const keep = eventKeeper(clean, { ids: world.ids, now, dueAt });
    const kept = async (tx: Tx): Promise<Kept> => {
      const heard = await keep(tx, await knownAuthor(tx, clean, now));
      await world.failpoint("inbox.in-commit");
      return heard;
    };
    const clicked = clean.kind === "action" ? await this.#takeClick(kept) : undefined;
    const heard = clicked ?? { ...(await store.write(kept, { awaited: true })), settled: false };
    await world.failpoint("inbox.after-commit");
    world.meter?.inbox(heard.isNew ? "accepted" : "duplicate");
    if (heard.isNew && !heard.settled) this.#schedule(heard.conversation, dueAt - now);
  };

  /** Undefined if it could not be acted on: it is still to be kept. */
  async #takeClick(keep: (tx: Tx) => Promise<Kept>): Promise<(Kept & { settled: boolean }) | undefined> {
    try {
      const { result, carriedOut } = await this.#deps.router.takeClick(keep);
      const done = carriedOut.finally(() => this.#underWay.delete(done));
      this.#underWay.add(done);
      return result;
    } catch (error) {
      const fields = { error: errorText(error) };
      this.#deps.world.log.debug(
        "A click could not be acted on as it was kept; it is routed by itself",
        fields,
      );
      return undefined;
    }
  }

  async routeConversation(id: ConversationId): Promise<void> {
    await this.#deps.router.routeImmediate(id);
    const running = this.#routing.get(id);
    if (running) {
      running.again = true;
      return;
    }
    const routing = { again: true };
    this.#routing.set(id, routing);
    try {
      while (routing.again) {
        routing.again = false;
        const outcome = await this.#deps.router.routeMessages(id);
        if (outcome.kind === "not-yet") this.#schedule(id, outcome.dueAt - this.#deps.world.clock.now());
      }
    } finally {
      this.#routing.delete(id);
    }
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#windows.values()) cancel();
    this.#windows.clear();
    await this.idle();
  }

  #clean(event: InboundEvent): InboundEvent {
    try {
      return cleanEvent(event);
    } catch (error) {
      this.#deps.world.meter?.inbox("rejected");
      throw error;
    }
  }

  #schedule(id: ConversationId, inMs: number): void {
    if (this.#stopped) return;
    if (inMs <= 0) return this.#route(id);
    if (this.#windows.has(id)) return;
    const { clock } = this.#deps.world;
    this.#windows.set(
      id,
      clock.after(inMs, () => {
        this.#windows.delete(id);
        this.#route(id);
      }),
    );
  }

  #route(id: ConversationId): void {
    const routed = this.routeConversation(id)
      .catch((error: unknown) => {
        const fields = { conversation: id, error: errorText(error) };
        if (isAppError(error)) this.#deps.world.log.warn("Routing failed; the sweeper tries again", fields);
        else this.#deps.world.log.error("Routing failed by a fault; the sweeper tries again", fields);
      })
      .finally(() => this.#underWay.delete(routed));
    this.#underWay.add(routed);
  }
}

/** Clicks, commands, edits and words that are understood without the model are acted on at once. */
function isBurst(event: InboundEvent): boolean {
  return event.kind === "message" && !isVerb(event);
}
