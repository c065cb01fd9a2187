// The gauges of the page: read from their sources when the page is asked for.
//
//   N2  A gauge that cannot be read is left out of the page, and counted; the page itself still answers.

import { Counter, Gauge, type Registry } from "prom-client";
import type { RunState } from "../domain/run.ts";

export interface GaugeSources {
  readonly queueDepth: () => Promise<{ readonly waiting: number; readonly active: number }>;
  /** Entries of the outbox that are due. */
  readonly outboxDue: () => Promise<number>;
  /** Milliseconds since the oldest of them became due; 0 if none is. */
  readonly outboxAgeMs: () => Promise<number>;
  /** Milliseconds since the oldest event that is not routed was heard; 0 if there is none. */
  readonly inboxAgeMs: () => Promise<number>;
  readonly overduePromises: () => Promise<number>;
  readonly runCounts: () => Promise<Readonly<Partial<Record<RunState, number>>>>;
}

export interface Gauges {
  /** Never rejects (N2). */
  read(sources: GaugeSources): Promise<void>;
}

export function gaugesOf(registry: Registry): Gauges {
  const registers = [registry];
  const plain = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const byState = (name: string, help: string): Gauge<"state"> =>
    new Gauge({ name, help, labelNames: ["state"], registers });
  const runs = byState("deputy_runs", "Runs by state");
  const queueDepth = byState("deputy_queue_depth", "Bells in the queue");
  const outboxDue = plain("deputy_outbox_due", "Entries of the outbox that are due");
  const outboxAge = plain("deputy_outbox_age_seconds", "How long the oldest of them has been due");
  const inboxAge = plain("deputy_inbox_age_seconds", "How long ago the oldest unrouted event was heard");
  const overdue = plain("deputy_promises_overdue", "Runs whose promised check-in is past");
  const failures = new Counter({
    name: "deputy_gauge_failures_total",
    help: "Gauges that could not be read",
    labelNames: ["gauge"],
    registers,
  });

  const single = (name: string, gauge: Gauge, read: () => Promise<number>): Promise<void> =>
    refresh({ failures, name, clear: () => gauge.remove() }, async () => {
      const value = await read();
      return () => gauge.set(value);
    });
  const states = (
    name: string,
    gauge: Gauge<"state">,
    read: () => Promise<Readonly<Record<string, number>>>,
  ): Promise<void> =>
    refresh({ failures, name, clear: () => gauge.reset() }, async () => {
      const counts = await read();
      return () => {
        for (const [state, count] of Object.entries(counts)) gauge.set({ state }, count);
      };
    });
  return {
    async read(sources) {
      await Promise.all([
        states("queue_depth", queueDepth, async () => ({ ...(await sources.queueDepth()) })),
        states("runs", runs, async () => ({ ...(await sources.runCounts()) })),
        single("outbox_due", outboxDue, sources.outboxDue),
        single("outbox_age", outboxAge, async () => (await sources.outboxAgeMs()) / 1000),
        single("inbox_age", inboxAge, async () => (await sources.inboxAgeMs()) / 1000),
        single("promises_overdue", overdue, sources.overduePromises),
      ]);
    },
  };
}

/** Old values go, new ones come, with nothing in between: two readers of the page see whole gauges. */
async function refresh({ failures, name, clear }: Refreshed, read: () => Promise<() => void>): Promise<void> {
  try {
    const set = await read();
    clear();
    set();
  } catch {
    clear();
    failures.inc({ gauge: name }); // N2: whoever owns the source logs why
  }
}

interface Refreshed {
  readonly failures: Counter<"gauge">;
  readonly name: string;
  readonly clear: () => void;
}
