// What the sweeper does each second, part by part.

import { type Clock } from "../base/clock.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
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
  /** Turns what was heard in a conversation into runs and mail. */
  readonly routeInbox: (conversation: ConversationId) => Promise<void>;
  /** Says where a run stands whose promised check-in is past, and promises the next one (I13). */
  readonly speakUp: (run: Run) => Promise<void>;
}

export interface SweepPartsDeps {
  readonly store: Store;
  readonly ringer: Ringer;
  readonly acts: SweepActs;
  readonly clock: Clock;
  /** How long routed inbox rows are kept; absent keeps them. At least 7 days, for deduplication (I1). */
  readonly inboxKeptMs?: number | undefined;
}

const atOnce = 200;
const pruneEveryMs = 3_600_000;

export function sweepParts(deps: SweepPartsDeps): readonly SweepPart[] {
  const { store, acts, clock } = deps;
  return [
    { name: "wake", sweep: () => wakeDue(deps) },
    {
      name: "expire",
      async sweep() {
        await eachAlone(await store.read((tx) => tx.waits.due(clock.now(), atOnce)), acts.expireWait);
      },
    },
    {
      name: "nudge",
      async sweep() {
        await eachAlone(await store.write((tx) => tx.waits.takeNudges(clock.now(), atOnce)), acts.nudge);
      },
    },
    {
      name: "route",
      async sweep() {
        await eachAlone(
          await store.read((tx) => tx.inbox.dueConversations(clock.now(), atOnce)),
          acts.routeInbox,
        );
      },
    },
    {
      name: "promises",
      async sweep() {
        await eachAlone(await store.read((tx) => tx.runs.overdue(clock.now(), atOnce)), acts.speakUp);
      },
    },
    { name: "ring", sweep: () => deps.ringer.ringRunnable() },
    { name: "prune", sweep: pruning(deps) },
  ];
}

async function wakeDue({ store, clock, ringer }: SweepPartsDeps): Promise<void> {
  const due = await store.read((tx) => tx.runs.dueWaiting(clock.now(), atOnce));
  if (due.length === 0) return;
  await Promise.all(due.map((run) => store.write((tx) => tx.runs.wake(run))));
  await ringer.ringRunnable();
}

function pruning({ store, clock, inboxKeptMs }: SweepPartsDeps): () => Promise<void> {
  let nextAt = 0;
  return async () => {
    if (inboxKeptMs === undefined || clock.now() < nextAt) return;
    nextAt = clock.now() + pruneEveryMs;
    await store.write((tx) => tx.inbox.prune(clock.now() - inboxKeptMs));
  };
}

/** One after another; a failure does not keep the others from their turn, and is thrown in the end. */
async function eachAlone<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${items.length} failed`);
}
