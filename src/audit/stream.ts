// The record as it grows, for a collector outside (AUD-6): newline-delimited JSON, the same lines as an export has.
//
//   ST1  Each event arrives at least once, a tenant's in their order: the cursor moves when what it passes has arrived. Whoever
//        collects knows twice as once by tenant and sequence.
//   ST2  A collector that is away holds up nothing but the stream.

import type { Clock } from "../base/clock.ts";
import { exportedLine } from "../domain/audit-line.ts";
import type { Store } from "../store/contract.ts";
import type { AuditHead } from "../store/contract-audit.ts";

export interface StreamSink {
  /** What its cursors are kept under: another sink gets everything from the beginning. */
  readonly name: string;
  /** Resolves when the lines have arrived. */
  send(lines: readonly string[]): Promise<void>;
}

export interface StreamDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
  readonly sink: StreamSink;
}

const atOnce = 500;
const retryMs = 30_000;

/** Sends what is new. To be called each second or so, by one process of all; rejects as its sink does, and then rests for a while. */
export function createAuditStream({ store, clock, sink }: StreamDeps): () => Promise<void> {
  let restsUntil = 0;
  const sendOf = async ({ tenant, seq, prunedTo }: AuditHead): Promise<void> => {
    const name = `stream:${sink.name}:${tenant}`;
    const cursor = (await store.read((tx) => tx.lastKnown.find(name))) ?? "0";
    const after = Math.max(Number(cursor), prunedTo);
    if (after >= seq) return;
    const rows = await store.read((tx) => tx.audit.list(tenant, after, atOnce));
    const last = rows.at(-1);
    if (!last) return;
    await sink.send(rows.map((row) => exportedLine(row)));
    await store.write(async (tx) => {
      await tx.lastKnown.claim(name, cursor);
      await tx.lastKnown.replace(name, cursor, String(last.seq));
    });
  };
  return async () => {
    if (clock.now() < restsUntil) return;
    try {
      for (const head of await store.read((tx) => tx.audit.heads())) await sendOf(head);
    } catch (error) {
      restsUntil = clock.now() + retryMs; // ST2
      throw error;
    }
  };
}
