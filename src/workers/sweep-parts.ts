// What the sweeper does each second, part by part.

import type { Clock } from "../base/clock.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { Wait } from "../domain/wait.ts";
import type { Store } from "../store/contract.ts";
import type { Ringer } from "./ringer.ts";
import type { SweepPart } from "./sweeper.ts";

/** What is done about what is due. Each may be called twice for the same thing and may reject. */
export interface SweepActs {
  /** Applies the default of a wait whose time has come, and wakes its run. */
  readonly expireWait: (wait: Wait) => Promise<void>;
  /** Reminds the person once. */
  readonly nudge: (wait: Wait) => Promise<void>;
  /** Turns what was heard in a conversation into runs and mail; absent where the doors do that by themselves. */
  readonly routeInbox?: (conversation: ConversationId) => Promise<void>;
}

export interface SweepPartsDeps {
  readonly store: Store;
  readonly ringer: Ringer;
  readonly acts: SweepActs;
  readonly clock: Clock;
  /** How long routed inbox rows are kept; absent keeps them. At least 7 days, for deduplication (I1). */
  readonly inboxKeptMs?: number | undefined;
  /** Told how many of a part were due and done. */
  readonly counted?: (part: string, count: number) => void;
}

const atOnce = 200;
/** A minute in which many waits fall due is over sooner; the others still find a connection. */
const expiredAtOnce = 4;
const pruneEveryMs = 3_600_000;

export function sweepParts(deps: SweepPartsDeps): readonly SweepPart[] {
  const { store, acts, clock } = deps;
  const { routeInbox } = acts;
  return [
    { name: "wake", about: ["wake"], sweep: () => wakeDue(deps) },
    {
      name: "expire",
      about: ["expire"],
      async sweep() {
        await eachAlone(
          await store.read((tx) => tx.waits.due(clock.now(), atOnce)),
          acts.expireWait,
          expiredAtOnce,
        );
      },
    },
    {
      name: "nudge",
      about: ["nudge"],
      async sweep() {
        await eachAlone(await store.write((tx) => tx.waits.takeNudges(clock.now(), atOnce)), acts.nudge);
      },
    },
    ...(routeInbox ? [{ name: "route", sweep: () => routeDue(deps, routeInbox) }] : []),
    { name: "ring", about: ["work"], sweep: () => deps.ringer.ringRunnable() },
    { name: "prune", sweep: pruning(deps) },
  ];
}

async function routeDue(
  { store, clock }: SweepPartsDeps,
  route: (conversation: ConversationId) => Promise<void>,
): Promise<void> {
  await eachAlone(await store.read((tx) => tx.inbox.dueConversations(clock.now(), atOnce)), route);
}

async function wakeDue({ store, clock, ringer, counted }: SweepPartsDeps): Promise<void> {
  const due = await store.read((tx) => tx.runs.dueWaiting(clock.now(), atOnce));
  if (due.length === 0) return;
  await Promise.all(due.map((run) => store.write((tx) => tx.runs.wake(run))));
  counted?.("wake", due.length);
  await ringer.ringRunnable();
}

function pruning({ store, clock, inboxKeptMs }: SweepPartsDeps): () => Promise<void> {
  if (inboxKeptMs === undefined) return () => Promise.resolve();
  return inTurn(clock, pruneEveryMs, () => {
    const now = clock.now();
    return store.write((tx) => tx.inbox.prune(now - inboxKeptMs, now));
  });
}

/** Not at each look, but `everyMs`; `first` at the first one. */
export function inTurn(
  clock: Clock,
  everyMs: number,
  act: (first: boolean) => Promise<unknown>,
): () => Promise<void> {
  let nextAt: number | undefined;
  return async () => {
    const now = clock.now();
    if (nextAt !== undefined && now < nextAt && nextAt - now <= everyMs) return;
    const first = nextAt === undefined;
    nextAt = now + everyMs;
    await act(first);
  };
}

/** One after another, or a few side by side; a failure does not keep the others from their turn, and is thrown in the end. */
export async function eachAlone<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  sideBySide = 1,
): Promise<void> {
  const failures: unknown[] = [];
  for (let from = 0; from < items.length; from += sideBySide) {
    const outcomes = await Promise.allSettled(items.slice(from, from + sideBySide).map((item) => act(item)));
    failures.push(...outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : [])));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${items.length} failed`);
}
