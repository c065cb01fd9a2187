// The audit log's own edges, for the server and for commands: its seal, and where it is anchored.

import path from "node:path";
import { createCheckpoints } from "../audit/checkpoints.ts";
import type { AuditDeps } from "../audit/contract.ts";
import { resealSigningKey } from "../audit/signing-key.ts";
import { createAuditStream } from "../audit/stream.ts";
import { pruneAudit } from "../audit/prune.ts";
import { systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/load-config.ts";
import type { Store } from "../store/contract.ts";
import { type MasterKeys, sealOf } from "../vault/master-keys.ts";
import type { SweepPart } from "../workers/sweeper.ts";
import { auditSink } from "./audit-sink.ts";
import type { Edges } from "./edges.ts";

export function auditDepsOf(store: Store, keys: MasterKeys, log: Logger): AuditDeps {
  return { store, seal: sealOf(keys, "audit"), clock: systemClock, log };
}

const pruneEveryMs = 24 * 3_600_000;

/** What the sweeper does for the log: signs and anchors it, and lets go of what is too old. */
export function auditParts(
  config: Config,
  { store, world, masterKey, request }: Pick<Edges, "store" | "world" | "masterKey" | "request">,
): readonly SweepPart[] {
  const { clock, log } = world;
  const keys = { current: masterKey, previous: config.core.previousMasterKey };
  const deps = { ...auditDepsOf(store, keys, log), clock };
  let resealed = keys.previous === undefined;
  const everyMs = config.limits.checkpointMs;
  const checkpoint = createCheckpoints({ ...deps, everyMs, anchors: anchorFilesOf(config) });
  const keptMs = config.file.settings.retention.audit;
  let nextPrune = 0;
  const { audit_stream: to } = config.file.settings.security;
  const stream = to && createAuditStream({ store, clock, sink: auditSink(to, request) });
  return [
    ...(stream ? [{ name: "audit-stream", sweep: stream }] : []),
    {
      name: "audit-checkpoint",
      about: ["checkpoint"],
      async sweep() {
        if (!resealed) await resealSigningKey(deps); // VLT-4: the former master key may go when this is done
        resealed = true;
        await checkpoint();
      },
    },
    {
      name: "audit-prune",
      async sweep() {
        if (keptMs === undefined || clock.now() < nextPrune) return;
        nextPrune = clock.now() + pruneEveryMs;
        await pruneAudit(deps, keptMs);
      },
    },
  ];
}

/** Absolute paths of the anchor files. */
export function anchorFilesOf(config: Config): readonly string[] {
  const { audit_anchor: anchors } = config.file.settings.security;
  return anchors ?? [path.join(config.core.dataFolder, "anchor", "audit.jsonl")];
}
