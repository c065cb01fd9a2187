// Everything outside the process, opened in order: database, queue, folders, model, the guarded way out.

import { systemClock } from "../base/clock.ts";
import type { Failpoints } from "../base/failpoints.ts";
import { createIds } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/load-config.ts";
import { createGuardedFetch } from "../net/guarded-fetch.ts";
import type { Queue } from "../queue/contract.ts";
import type { ModelSetup, World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { sqlitePath } from "../store/open.ts";
import { claimDatabase } from "../store/single-process.ts";
import { createMetrics, type Metrics } from "../telemetry/metrics.ts";
import type { GuardedFetch } from "../tools/contract.ts";
import type { Workspaces } from "../workspace/contract.ts";
import {
  isEmbedded,
  openConfiguredModel,
  openConfiguredQueue,
  openConfiguredStore,
  openConfiguredWorkspaces,
} from "./open-edges.ts";
import type { StopList } from "./stop-list.ts";

export interface Edges {
  readonly world: World;
  readonly store: Store;
  readonly queue: Queue;
  readonly workspaces: Workspaces;
  readonly model: ModelSetup;
  readonly fetch: GuardedFetch;
  readonly metrics: Metrics;
}

export async function openEdges(
  config: Config,
  log: Logger,
  failpoint: Failpoints,
  stops: StopList,
): Promise<Edges> {
  if (isEmbedded(config)) {
    const claim = claimDatabase(sqlitePath(config.core.dataFolder));
    stops.add(() => claim.release());
  }
  const store = await openConfiguredStore(config, log);
  stops.add(() => store.close());
  const queue = openConfiguredQueue(config, log);
  stops.add(() => queue.close());
  const metrics = createMetrics({ process: true });
  const world: World = {
    clock: systemClock,
    ids: createIds(() => systemClock.now()),
    log,
    failpoint,
    said: () => queue.hint({ kind: "outbox" }),
    meter: metrics,
  };
  metrics.watch({
    queueDepth: () => queue.depth(),
    outboxDue: () => store.read((tx) => tx.outbox.countDue(systemClock.now())),
    runCounts: () => store.read((tx) => tx.runs.counts()),
  });
  return {
    world,
    metrics,
    store,
    queue,
    workspaces: openConfiguredWorkspaces(config, log),
    model: openConfiguredModel(config, log),
    fetch: createGuardedFetch({ allow: config.limits.egressAllow ?? [], clock: systemClock }),
  };
}
