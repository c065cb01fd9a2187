// The edges that the configuration decides: database, queue, workspaces, model.

import path from "node:path";
import { systemClock } from "../base/clock.ts";
import { type Failpoints, noFailpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import { modelApiOf } from "../config/env-model.ts";
import type { Config } from "../config/load-config.ts";
import { openModel } from "../model/open.ts";
import { countTokens } from "../model/tokens.ts";
import { createHttpFetch } from "../net/http-fetch.ts";
import type { Queue } from "../queue/contract.ts";
import { openQueue } from "../queue/open.ts";
import type { ModelSetup } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { openStore } from "../store/open.ts";
import type { MasterKeySource } from "../vault/master-key.ts";
import type { Workspaces } from "../workspace/contract.ts";
import { createWorkspaces } from "../workspace/workspaces.ts";

const maxModelBytes = 100 * 1024 * 1024;

export function openConfiguredStore(config: Config, log: Logger): Promise<Store> {
  const url = config.state.databaseUrl?.reveal();
  return openStore({
    ...(url === undefined ? {} : { databaseUrl: url }),
    dataFolder: config.core.dataFolder,
    log,
  });
}

export function openConfiguredQueue(config: Config, log: Logger): Queue {
  const { redisUrl, redisClusterNodes } = config.state;
  return openQueue({
    redisUrl: redisUrl?.reveal(),
    clusterNodes: redisClusterNodes?.reveal().split(","),
    log,
  });
}

export function masterKeySource({ core }: Config): MasterKeySource {
  const { masterKey: configured, previousMasterKey: previous, dataFolder } = core;
  return { configured, previous, dataFolder };
}

/** Whether several processes may share the work: the embedded queue belongs to one. */
export function isEmbedded(config: Config): boolean {
  return config.state.redisUrl === undefined && config.state.redisClusterNodes === undefined;
}

export function openConfiguredWorkspaces(
  config: Config,
  log: Logger,
  failpoints: Failpoints = noFailpoints,
): Workspaces {
  return createWorkspaces({
    failpoints,
    root: path.join(config.core.dataFolder, "workspaces"),
    blobsFolder: blobsFolderOf(config),
    now: () => systemClock.now(),
    log,
  });
}

export function blobsFolderOf(config: Config): string {
  return config.state.blobsFolder ?? path.join(config.core.dataFolder, "blobs");
}

export function openConfiguredModel(config: Config, log: Logger): ModelSetup {
  const { apiKey, baseUrl, model, contextTokens } = config.model;
  return {
    model: openModel({
      api: modelApiOf(config.model),
      model,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(baseUrl === undefined ? {} : { baseUrl }),
      fetch: createHttpFetch({ connectTimeoutMs: 10_000, maxResponseBytes: maxModelBytes }),
      clock: systemClock,
      log,
    }),
    countTokens,
    contextTokens,
  };
}
