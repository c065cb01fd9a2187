// The edges that the configuration decides: database, queue, workspaces, model.

import path from "node:path";
import { systemClock } from "../base/clock.ts";
import { type Failpoints, noFailpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import { modelApiOf } from "../config/env-model.ts";
import { bucketOf } from "../config/env-state.ts";
import type { Config } from "../config/load-config.ts";
import { openModel } from "../model/open.ts";
import { countTokens } from "../model/tokens.ts";
import { createHttpFetch } from "../net/http-fetch.ts";
import { createObjectRequest } from "../net/object-request.ts";
import type { Queue } from "../queue/contract.ts";
import { openQueue } from "../queue/open.ts";
import type { ModelSetup } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { openStore } from "../store/open.ts";
import type { MasterKeySource } from "../vault/master-key.ts";
import { type BlobStore, createFolderBlobs } from "../workspace/blobs.ts";
import type { Workspaces } from "../workspace/contract.ts";
import { createS3Blobs } from "../workspace/s3-blobs.ts";
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

/** Whether no other process can have the database: it is a file that this one has claimed. */
export function isAlone(config: Config): boolean {
  return isEmbedded(config) && config.state.databaseUrl === undefined;
}

export function openConfiguredWorkspaces(
  config: Config,
  log: Logger,
  failpoints: Failpoints = noFailpoints,
): Workspaces {
  return createWorkspaces({
    failpoints,
    root: path.join(config.core.dataFolder, "workspaces"),
    blobs: openConfiguredBlobs(config),
    now: () => systemClock.now(),
    log,
  });
}

export function openConfiguredBlobs({ core, state }: Config): BlobStore {
  const at = bucketOf(state.blobs);
  if (at === undefined) return createFolderBlobs(state.blobs ?? path.join(core.dataFolder, "blobs"));
  const keys = {
    accessKeyId: state.awsKeyId ?? "",
    secretAccessKey: state.awsSecretKey?.reveal() ?? "",
    sessionToken: state.awsSessionToken?.reveal(),
  };
  return createS3Blobs({
    place: { ...at, region: state.awsRegion, endpoint: state.s3Endpoint, keys },
    request: createObjectRequest({ connectTimeoutMs: 10_000, idleTimeoutMs: 30_000 }),
    clock: systemClock,
    spoolFolder: path.join(core.dataFolder, "spool"),
  });
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
