// Which blobs are still needed by what has not left (RN3), of those that might go.
//
//   WB1  A version that can't be read may want anything that is not larger than all of its files together. It is told in the log.
//   WB2  Whatever else keeps this from being known to its end keeps all of it from being known.

import { type AppError, isAppError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type KeptVersion, keptTexts } from "../store/contract-retention.ts";
import type { Store } from "../store/contract.ts";
import { type ReadDeps, readManifests, type WithManifest } from "./read-manifests.ts";

export interface WantedDeps extends ReadDeps {
  readonly store: Store;
}

export interface Wanted {
  isWanted(sha256: string): boolean;
  /** WB1. Absent, too, where nothing is known about its size: of a version itself. */
  mayBeWanted(sizeBytes: number | undefined): boolean;
  /** Of the first version that can't be read. */
  readonly failure: AppError | undefined;
}

const versionsAtOnce = 500;
const toldAtMost = 10;
const sha256s = /[0-9a-f]{64}/g;

const nothing: Wanted = { isWanted: () => false, mayBeWanted: () => false, failure: undefined };

/** Texts that were done with before `before` want nothing. */
export async function wantedBlobs(
  deps: WantedDeps,
  mayGo: ReadonlySet<string>,
  before: number,
): Promise<Wanted> {
  if (mayGo.size === 0) return nothing;
  const wanted = new Set<string>();
  const want = (sha256: string): void => {
    if (mayGo.has(sha256)) wanted.add(sha256);
  };
  const unread = unreadVersions(deps.log);
  for await (const version of versionsKept(deps)) {
    want(version.digest);
    if (isAppError(version.manifest)) unread.add(version, version.manifest);
    else for (const { sha256 } of version.manifest) want(sha256);
  }
  for (const of of keptTexts) {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const from: string = after;
      const { texts, next } = await deps.store.read((tx) => tx.retention.textsKept(of, before, from));
      for (const sha256 of texts.flatMap((text) => text.match(sha256s) ?? [])) want(sha256);
      await deps.goOn();
      after = next;
    }
  }
  return {
    isWanted: (sha256) => wanted.has(sha256),
    mayBeWanted: (sizeBytes = 0) => sizeBytes <= unread.largest(),
    failure: unread.failure(),
  };
}

async function* versionsKept(deps: WantedDeps): AsyncGenerator<KeptVersion & WithManifest> {
  for (let after: KeptVersion | undefined; ; ) {
    const from = after;
    const page = await deps.store.read((tx) => tx.retention.versionsKept(from, versionsAtOnce));
    yield* readManifests(deps, page);
    after = page.at(-1);
    if (page.length < versionsAtOnce) return;
  }
}

interface UnreadVersions {
  add(version: KeptVersion, why: AppError): void;
  /** Of all their files together; -1 where there are none. */
  largest(): number;
  failure(): AppError | undefined;
}

function unreadVersions(log: Logger): UnreadVersions {
  let count = 0;
  let largest = -1;
  let failure: AppError | undefined;
  return {
    add({ workspace, seq, digest, sizeBytes }, why) {
      count += 1;
      largest = Math.max(largest, sizeBytes);
      failure ??= why;
      if (count > toldAtMost) return;
      const facts = { workspace, version: seq, digest, sizeBytes, error: why.message };
      log.error("A version can't be read: blobs up to its size stay until it can", facts);
    },
    largest: () => largest,
    failure: () => failure,
  };
}
