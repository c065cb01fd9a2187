// Everything outside the process, opened in order: database, queue, folders, model, the guarded way out.

import { type Clock, systemClock } from "../base/clock.ts";
import type { Failpoints } from "../base/failpoints.ts";
import { createIds } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import type { Secret } from "../base/secret.ts";
import type { Config } from "../config/load-config.ts";
import type { GuardedRequest } from "../net/contract.ts";
import { createGuardedFetch } from "../net/guarded-fetch.ts";
import { createGuardedRequest } from "../net/guarded-request.ts";
import type { Queue } from "../queue/contract.ts";
import type { ModelSetup, World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { sqlitePath } from "../store/open.ts";
import { claimDatabase } from "../store/single-process.ts";
import { createMetrics, type Metrics } from "../telemetry/metrics.ts";
import type { Redactor } from "../telemetry/redact.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import type { GuardedFetch } from "../tools/contract.ts";
import { sealOf } from "../vault/master-keys.ts";
import { openMasterKey } from "../vault/master-key.ts";
import type { Sandbox } from "../tools/sandbox/contract.ts";
import { createSandbox } from "../tools/sandbox/sandbox.ts";
import type { Workspaces } from "../workspace/contract.ts";
import { type KnownModel, knowModel } from "./known-model.ts";
import {
  isEmbedded,
  masterKeySource,
  openConfiguredModel,
  openConfiguredQueue,
  openConfiguredStore,
  openConfiguredWorkspaces,
} from "./open-edges.ts";
import { openTracing } from "./open-tracing.ts";
import type { StopList } from "./stop-list.ts";

/** More than these are too many, however many they are. */
const mostOverdue = 1_000;

export interface Edges {
  readonly world: World;
  readonly store: Store;
  readonly masterKey: Secret;
  readonly queue: Queue;
  readonly workspaces: Workspaces;
  readonly model: ModelSetup;
  readonly lastOfModel: KnownModel["last"];
  readonly fetch: GuardedFetch;
  /** For everything else that is asked of hosts which others named. */
  readonly request: GuardedRequest;
  readonly sandbox: Sandbox;
  readonly metrics: Metrics;
  /** Absent where no collector is set. */
  readonly tracing?: Tracing;
}

/** Where words of the process go, and what keeps secrets out of them. */
export interface Outlet {
  readonly log: Logger;
  readonly redactor: Redactor;
}

export async function openEdges(
  config: Config,
  { log, redactor }: Outlet,
  failpoint: Failpoints,
  stops: StopList,
): Promise<Edges> {
  if (isEmbedded(config)) {
    const claim = claimDatabase(sqlitePath(config.core.dataFolder));
    stops.add(() => claim.release());
  }
  const store = await openConfiguredStore(config, log);
  stops.add(() => store.close());
  const masterKey = await openMasterKey(store, masterKeySource(config));
  redactor.add(masterKey);
  const queue = openConfiguredQueue(config, log);
  stops.add(() => queue.close());
  const metrics = createMetrics({ process: true });
  const tracing = await openTracing(config, log, metrics);
  if (tracing) stops.add(() => tracing.stop());
  const world: World = {
    clock: systemClock,
    ids: createIds(() => systemClock.now()),
    log,
    failpoint,
    redactor,
    auditSeal: sealOf({ current: masterKey, previous: config.core.previousMasterKey }, "audit"),
    said: () => queue.hint({ kind: "outbox" }),
    meter: metrics,
    ...(tracing ? { tracer: tracing } : {}),
  };
  metrics.watch({
    queueDepth: () => queue.depth(),
    outboxDue: () => store.read((tx) => tx.outbox.countDue(systemClock.now())),
    runCounts: () => store.read((tx) => tx.runs.counts()),
    ...agesIn(store, systemClock),
  });
  const wayOut = { allow: config.limits.egressAllow ?? [], clock: systemClock };
  const sandbox = createSandbox({
    clock: systemClock,
    log,
    allow: wayOut.allow,
    alone: isEmbedded(config),
  });
  stops.add(() => sandbox.close());
  const model = knowModel(openConfiguredModel(config, log), systemClock);
  return {
    world,
    metrics,
    ...(tracing ? { tracing } : {}),
    store,
    masterKey,
    queue,
    workspaces: openConfiguredWorkspaces(config, log, failpoint),
    model: model.setup,
    lastOfModel: () => model.last(),
    fetch: createGuardedFetch(wayOut),
    request: createGuardedRequest(wayOut),
    sandbox,
  };
}

/** How long what is due has been due. */
function agesIn(
  store: Store,
  clock: Clock,
): Pick<Parameters<Metrics["watch"]>[0], "outboxAgeMs" | "inboxAgeMs" | "overduePromises"> {
  const since = (at: number | undefined): number => (at === undefined ? 0 : Math.max(0, clock.now() - at));
  return {
    outboxAgeMs: () => store.read(async (tx) => since(await tx.outbox.nextDue())),
    inboxAgeMs: () => store.read(async (tx) => since(await tx.inbox.oldestNew())),
    overduePromises: () => store.read(async (tx) => (await tx.runs.overdue(clock.now(), mostOverdue)).length),
  };
}
