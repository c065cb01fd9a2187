// The way out: one planner for everything that is said, live, resumed or scheduled.
//
// Owns: taking entries off the outbox, order, pace, what a failure means. Does not own: what is said, or how it looks.
//
//   DL1  An entry is marked after the platform has answered, never before; one that was cut off in between is looked
//        up under its key before it is posted again (I2).
//   DL2  Conversations don't wait for each other: a slow or refused post delays the posts after it in its thread only.
//   DL3  Nothing but superseded edits and refused decorations is ever dropped. A post that a platform keeps refusing
//        stays due, is tried at long intervals, and shows in `health`.
//   DL4  What a sender was at when it died is taken over at once where its death is known (same machine), and after thirty
//        seconds where it is not.

import type { CancelTimer } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import { type Conversation, isUnbegun } from "../domain/conversation.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { OutboxEntry } from "../domain/outbox.ts";
import type { World } from "../runtime/deps.ts";
import type { Store, Tx } from "../store/contract.ts";
import { CorruptRow } from "../store/errors.ts";
import type { Blobs } from "../workspace/contract.ts";
import { type Pacing, usualPacing } from "./edit-pace.ts";
import type { Outcome } from "./outcome.ts";
import { beginThread } from "./schedule-thread.ts";
import { deliveryIds, seeDelivery } from "./seen-delivery.ts";
import { createEntrySender, type EntrySender, type SendDeps, type SendTask } from "./send-entry.ts";

export interface DeliveryDeps {
  readonly world: World;
  readonly store: Store;
  readonly blobs: Blobs;
  /** By name. With none, this process says nothing and leaves everything to those that have some. */
  readonly platforms: ReadonlyMap<string, ChatPlatform>;
  /** See `SendDeps`. */
  readonly linkOf?: SendDeps["linkOf"];
  /** See `SendDeps`. */
  readonly pageOf?: SendDeps["pageOf"];
  /** Names of platforms that another process has: what is to be said there is not touched. */
  readonly left?: readonly string[];
  readonly pacing?: Pacing;
  /** No other process delivers: what is still being sent when we start was cut off with the process before. */
  readonly alone?: boolean;
  /** What this process is called in the outbox, and which of the others are known to be dead (DL4). */
  readonly senders?: { readonly own: string; readonly isDead: (sender: string) => boolean };
  /** The platform says that nothing can be said where this is to be said. Called at each try. */
  readonly placeRefused?: (entry: OutboxEntry) => Promise<void>;
}

export interface Delivery {
  /** Looks for what is due: after a commit, at a hint. Cheap, and safe at any time. */
  kick(): void;
  /** Also looks by itself from now on: hints may be lost. */
  start(): void;
  health(): DeliveryHealth;
  /** Resolves when nothing that is due now is being sent. */
  idle(): Promise<void>;
  /** Takes no more; waits for what is being sent. Twice is once. */
  stop(): Promise<void>;
}

export interface DeliveryHealth {
  /** What platforms keep refusing: a person has to look. */
  readonly refused: readonly RefusedEntry[];
  readonly sending: number;
}

export interface RefusedEntry {
  readonly key: string;
  readonly conversation: ConversationId;
  readonly code: string;
  readonly since: number;
}

/** A sender that has not answered for this long is dead (design 9). */
const staleMs = 30_000;
const callTimeoutMs = 20_000;
const mostAtOnce = 32;
/** The net under kicks and hints. */
const lookEveryMs = 1_000;
const shortestLookMs = 20;
const noPlatformMs = 60_000;
/** What a newer version wrote is left to it for as long as a deploy may take, and looked at this often. */
const newerWaitMs = 15_000;
const deployMs = 3_600_000;
/** What is no post waits for the post that begins its thread: 1 s, 2 s … 4 min. */
const beginningMs = (attempts: number): number => 1_000 * 2 ** Math.min(attempts - 1, 8);

export function createDelivery(deps: DeliveryDeps): Delivery {
  return new OutboxDelivery(deps);
}

class OutboxDelivery implements Delivery {
  readonly #deps: DeliveryDeps;
  readonly #sender: EntrySender;
  readonly #sending = new Map<string, Promise<void>>();
  readonly #refused = new Map<string, RefusedEntry>();
  /** Until when a platform wants to be left alone, by kind of call and channel. */
  readonly #limitedUntil = new Map<string, number>();
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #first = true;
  #askedDeadAt: number | undefined;
  #timer: CancelTimer | undefined;
  #state: "idle" | "started" | "stopped" = "idle";

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    const { world, store, blobs, linkOf, pageOf } = deps;
    const pacing = deps.pacing ?? usualPacing;
    const leads = { linkOf, pageOf };
    this.#sender = createEntrySender({ world, store, blobs, timeoutMs: callTimeoutMs, ...leads, pacing });
  }

  start(): void {
    if (this.#state !== "idle") return;
    this.#state = "started";
    this.kick();
  }

  kick(): void {
    if (this.#state === "stopped" || this.#deps.platforms.size === 0) return;
    this.#lookAgain = true;
    this.#begin();
  }

  #begin(): void {
    if (this.#state === "stopped") return;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#lookAgain) this.kick();
    });
  }

  health(): DeliveryHealth {
    return { refused: [...this.#refused.values()], sending: this.#sending.size };
  }

  async idle(): Promise<void> {
    while (this.#looking || this.#sending.size > 0) {
      await this.#looking;
      await Promise.all(this.#sending.values());
    }
  }

  async stop(): Promise<void> {
    this.#state = "stopped";
    this.#timer?.();
    await this.idle();
  }

  async #look(): Promise<void> {
    try {
      if (!this.#lookAgain && !(await this.#isAnyUnsent())) return this.#lookIn(lookEveryMs);
      this.#lookAgain = true;
      while (this.#lookAgain && this.#state !== "stopped") {
        this.#lookAgain = false;
        await this.#takeDue();
      }
      await this.#arm();
    } catch (error) {
      this.#deps.world.log.warn("The outbox could not be read; it is tried again", {
        error: errorText(error),
      });
      this.#lookIn(lookEveryMs);
    }
  }

  /** The net needs no more than this where all has been said. */
  async #isAnyUnsent(): Promise<boolean> {
    const { store, world } = this.#deps;
    return (await store.read((tx) => tx.due.among(["say"], world.clock.now()))).has("say");
  }

  async #takeDue(): Promise<void> {
    const { world, store, left, senders } = this.#deps;
    const room = mostAtOnce - this.#sending.size;
    if (room <= 0) return; // whatever ends next looks again
    const now = world.clock.now();
    await this.#releaseDead(now);
    const staleBefore = this.#first && this.#deps.alone === true ? now + 1 : now - staleMs;
    const claim = store.write((tx) => tx.outbox.claim(now, staleBefore, room, left, senders?.own));
    const entries = (await claim.catch((error: unknown) => this.#giveUpRow(error))) ?? [];
    this.#first = false;
    await world.failpoint("outbox.after-claim");
    for (const entry of entries) {
      if (this.#sending.has(entry.key)) continue; // ours, only slow
      const sending = this.#deliver(entry).finally(() => {
        this.#sending.delete(entry.key);
        this.kick();
      });
      this.#sending.set(entry.key, sending);
    }
  }

  /** DL4. Not at each kick: a look is enough for the dead. */
  async #releaseDead(now: number): Promise<void> {
    const { world, store, senders } = this.#deps;
    const sinceMs = Math.abs(now - (this.#askedDeadAt ?? -Infinity));
    if (!senders || sinceMs < lookEveryMs) return;
    this.#askedDeadAt = now;
    const names = await store.read((tx) => tx.outbox.senders());
    for (const sender of names.filter((name) => name !== senders.own && senders.isDead(name))) {
      const entries = await store.write((tx) => tx.outbox.release(sender));
      world.log.warn("A sender died; what it was sending is taken over.", { sender, entries });
    }
  }

  async #arm(): Promise<void> {
    if (this.#state !== "started") return;
    const nextDue = await this.#deps.store.read((tx) => tx.outbox.nextDue());
    const inMs = (nextDue ?? Infinity) - this.#deps.world.clock.now();
    // What is due and was not taken waits for a sender; the end of that sender's work looks again.
    this.#lookIn(inMs <= 0 ? lookEveryMs : Math.min(Math.max(inMs, shortestLookMs), lookEveryMs));
  }

  #lookIn(ms: number): void {
    if (this.#state !== "started") return;
    this.#timer?.();
    this.#timer = this.#deps.world.clock.after(ms, () => this.#begin());
  }

  /** Never rejects. Left as it is after a failure of ours, the entry counts as cut off and is looked up later. */
  async #deliver(entry: OutboxEntry): Promise<void> {
    const { world, store } = this.#deps;
    const seen = seeDelivery(entry, this.#deps);
    try {
      const conversation = await store.read((tx) => tx.conversations.find(entry.conversation));
      const platform = conversation && this.#deps.platforms.get(conversation.address.platform);
      const outcome =
        conversation && platform
          ? await this.#send({ platform, at: conversation.address, entry, log: seen.log })
          : this.#noPlatform(conversation?.address.platform);
      if (outcome.kind === "sent") await world.failpoint("outbox.after-post");
      await this.#settle(entry, outcome, conversation);
      await world.failpoint("outbox.after-settle");
      await seen.ended(outcome);
    } catch (error) {
      seen.broke(error);
    }
  }

  async #send(task: SendTask): Promise<Outcome> {
    const { platform, at, entry } = task;
    const { clock } = this.#deps.world;
    if (isUnbegun(at) && entry.op.op !== "post") {
      this.#sender.heldBack(entry);
      return { kind: "again", at: clock.now() + beginningMs(entry.attempts), fate: "refused" };
    }
    const place = `${platform.name} ${at.tenant} ${at.channel} ${entry.op.op}`;
    const until = this.#limitedUntil.get(place) ?? 0;
    if (until > clock.now()) {
      this.#sender.heldBack(entry);
      return { kind: "again", at: until, fate: "refused" };
    }
    this.#limitedUntil.delete(place);
    const outcome = await this.#sender.send(task);
    if (outcome.kind === "again" && outcome.limited) this.#limitedUntil.set(place, outcome.at);
    return outcome;
  }

  #noPlatform(name: string | undefined): Outcome {
    const at = this.#deps.world.clock.now() + noPlatformMs;
    return { kind: "again", at, fate: "refused", stuck: `no platform ${name ?? "at all"}` };
  }

  async #settle(entry: OutboxEntry, outcome: Outcome, place: Conversation | undefined): Promise<void> {
    const { world, store } = this.#deps;
    const { key } = entry;
    switch (outcome.kind) {
      case "sent":
        this.#refused.delete(key);
        return store.write(async (tx) => {
          await tx.outbox.sent(key, outcome.providerId, world.clock.now());
          if (place && entry.op.op === "post") await beginThread(tx, place, outcome.providerId);
        });
      case "dropped":
        world.log.debug("Something is not said", { key, ...deliveryIds(entry), why: outcome.why });
        return store.write((tx) => tx.outbox.drop(key));
      case "again":
        if (outcome.stuck !== undefined) this.#noteRefusal(entry, outcome.stuck);
        await store.write((tx) => putOff(tx, entry, outcome.at));
        if (outcome.noPlace) await this.#deps.placeRefused?.(entry);
        return;
      default:
        return outcome satisfies never;
    }
  }

  #noteRefusal(entry: OutboxEntry, code: string): void {
    const { key, conversation, attempts } = entry;
    const since = this.#refused.get(key)?.since ?? this.#deps.world.clock.now();
    this.#refused.set(key, { key, conversation, code, since });
    this.#deps.world.log.error("A message is refused by its platform and stays unsaid", {
      key,
      ...deliveryIds(entry),
      code,
      attempts,
    });
  }

  /** A row that can't be read can't be said; it must not keep the others from being said. */
  async #giveUpRow(error: unknown): Promise<void> {
    const key =
      error instanceof CorruptRow && error.facts["table"] === "outbox" ? error.facts["key"] : undefined;
    if (typeof key !== "string") throw error;
    const { store, world } = this.#deps;
    const now = world.clock.now();
    const left = await store.write(async (tx) => {
      const leaves = isOfNewer(error) && (await tx.outbox.leave(key, now + newerWaitMs, now - deployMs));
      if (!leaves) await tx.outbox.drop(key);
      return leaves;
    });
    if (left) world.log.warn("A message in a form of a newer version is left to that version", { key });
    else world.log.error("A row of the outbox can't be read and is given up", { key });
    this.#lookAgain = true;
  }
}

/** Proper JSON that says something this version has no word for: in the middle of a deploy it was written by a newer one. */
function isOfNewer(error: unknown): boolean {
  return error instanceof CorruptRow && error.cause !== undefined;
}

/** An edit is not put off where a newer one has come: it would only hold that up. */
async function putOff(tx: Tx, { key, conversation, op }: OutboxEntry, at: number): Promise<void> {
  const newest = op.op === "edit" ? await tx.outbox.latestEdit(conversation, op.target) : undefined;
  if (newest && newest.key !== key) await tx.outbox.drop(key);
  else await tx.outbox.retry(key, at);
}
