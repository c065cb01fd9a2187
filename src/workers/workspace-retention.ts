// Workspaces that nobody has worked in for as long as the configuration keeps them (`retention.workspaces`).
//
//   WR1  A workspace's versions leave in one transaction, with the event, and only while it is idle (RN1). Its folder is cleared after
//        that of what was not touched since: whoever begins anew at that moment keeps what they make.
//   WR2  A blob goes only where no row but theirs names it. It is set aside first, and a day later, when whatever was being committed
//        is committed, the rows are asked again: it is brought back or deleted. Until then readers find it, and who keeps the same
//        content keeps it anew (F6). What was set aside for several is deleted with the last of them.
//   WR3  What is left to do is in rows: whoever dies here leaves it to the next pass. A version that can't be read deletes nothing.
//   WR4  One process does it at a time, and none longer than it has the turn for.

import type { Clock } from "../base/clock.ts";
import { isAppError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Manifest } from "../domain/manifest.ts";
import { keptTexts, type LeavingWorkspace } from "../store/contract-retention.ts";
import type { Store } from "../store/contract.ts";
import type { Workspaces } from "../workspace/contract.ts";
import { inTurn } from "./sweep-parts.ts";
import type { SweepPart } from "./sweeper.ts";

export interface RetentionDeps {
  readonly store: Store;
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of this process, among all. */
  readonly owner: string;
  readonly keptMs: number;
}

const lock = "workspace-retention";
const everyMs = 6 * 3_600_000;
/** Longer than any step takes from its blobs to its commit. */
export const asideMs = 24 * 3_600_000;
const turnMs = 3_600_000;
const workspacesAtOnce = 200;
/** What is dealt with in a day, and more. */
const mostLeaving = 1_000;
const versionsAtOnce = 500;
const readAtOnce = 8;
const sha256s = /[0-9a-f]{64}/g;

export function workspaceRetention(deps: RetentionDeps): SweepPart {
  return { name: "workspaces", sweep: inTurn(deps.clock, everyMs, () => inOurTurn(deps)) };
}

/** WR4. */
async function inOurTurn(deps: RetentionDeps): Promise<void> {
  const { store, clock, owner } = deps;
  const now = clock.now();
  if (!(await store.write((tx) => tx.locks.acquire(lock, owner, now, now + turnMs)))) return;
  const isOver = (): boolean => clock.now() >= now + turnMs / 2;
  try {
    await letIdleGo(deps, isOver);
    await dealWithLeaving(deps, isOver);
  } finally {
    await store.write((tx) => tx.locks.release(lock, owner));
  }
}

/** WR1. */
async function letIdleGo(deps: RetentionDeps, isOver: () => boolean): Promise<void> {
  const { store, workspaces, clock, keptMs, log } = deps;
  const before = clock.now() - keptMs;
  let after = "";
  while (!isOver()) {
    const idle = await store.read((tx) => tx.retention.idle(before, after, workspacesAtOnce));
    for (const { tenant, workspace } of idle) {
      const now = clock.now();
      const versions = await store.write(async (tx) => {
        const left = await tx.retention.letGo(workspace, before, now);
        const data = { workspace, versions: left };
        if (left > 0)
          await tx.audit.append({ tenant, type: "workspace.expired", time: now, actor: "system", data });
        return left;
      });
      if (versions === 0) continue;
      log.info("A workspace was kept for as long as it is to be", { workspace, versions });
      await workspaces.clear({ tenant, workspace }, before);
    }
    const last = idle.at(-1);
    if (!last || idle.length < workspacesAtOnce) return;
    after = last.workspace;
  }
}

interface Leaving extends LeavingWorkspace {
  /** Of its versions, not the versions themselves. */
  readonly files: ReadonlySet<string>;
}

async function dealWithLeaving(deps: RetentionDeps, isOver: () => boolean): Promise<void> {
  const { store, clock, workspaces, keptMs } = deps;
  const now = clock.now();
  const rows = await store.read((tx) => tx.retention.leaving(mostLeaving));
  const isDue = ({ asideAt }: LeavingWorkspace): boolean => asideAt === undefined || now - asideAt >= asideMs;
  const due = rows.filter(isDue).slice(0, workspacesAtOnce);
  if (due.length === 0) return;
  const leaving = await withFiles(deps, due);
  const young = await withFiles(
    deps,
    rows.filter((row) => !isDue(row)),
  );
  const later = new Set(young.flatMap(namesOf));
  const wanted = await wantedOf(deps, leaving, now - keptMs);
  // What was set aside before goes before anything else is set aside: the same blob may be of both.
  for (const one of leaving) {
    if (one.asideAt === undefined || isOver()) continue;
    if (!(await settle(deps, one, { wanted, later, isOver })))
      for (const sha256 of namesOf(one)) later.add(sha256);
  }
  for (const one of leaving) {
    if (one.asideAt !== undefined || isOver()) continue;
    await workspaces.clear(one, now - keptMs);
    await setAside(deps, one, wanted);
  }
}

function namesOf({ files, digests }: Leaving): readonly string[] {
  return [...files, ...digests];
}

async function withFiles(deps: RetentionDeps, rows: readonly LeavingWorkspace[]): Promise<Leaving[]> {
  const all: Leaving[] = [];
  for (const row of rows) all.push({ ...row, files: await filesOf(deps, row) });
  return all;
}

/** Where a version is gone, so are its files: they go first. */
async function filesOf(
  { workspaces, log }: RetentionDeps,
  { digests }: LeavingWorkspace,
): Promise<Set<string>> {
  const files = new Set<string>();
  for (const digest of new Set(digests)) {
    try {
      for (const { sha256 } of await workspaces.blobs.getManifest(digest)) files.add(sha256);
    } catch (error) {
      if (!isAppError(error) || error.code !== "workspace.blob_missing") throw error;
      log.debug("A version that leaves is gone already", { digest });
    }
  }
  return files;
}

/** Those of their blobs that something else needs (RN3). */
async function wantedOf(
  deps: RetentionDeps,
  leaving: readonly Leaving[],
  before: number,
): Promise<Set<string>> {
  const mayGo = new Set(leaving.flatMap(namesOf));
  const wanted = new Set<string>();
  const want = (sha256: string): void => {
    if (mayGo.has(sha256)) wanted.add(sha256);
  };
  for await (const { digest, manifest } of versionsKept(deps)) {
    want(digest);
    for (const { sha256 } of manifest) want(sha256);
  }
  for (const of of keptTexts) {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const from: string = after;
      const { texts, next } = await deps.store.read((tx) => tx.retention.textsKept(of, before, from));
      for (const sha256 of texts.flatMap((text) => text.match(sha256s) ?? [])) want(sha256);
      after = next;
    }
  }
  return wanted;
}

/** WR3: rejects where one can't be read. */
async function* versionsKept({
  store,
  workspaces,
}: RetentionDeps): AsyncGenerator<{ readonly digest: string; readonly manifest: Manifest }> {
  for (let after: { workspace: string; seq: number } | undefined; ; ) {
    const from = after;
    const page = await store.read((tx) => tx.retention.versionsKept(from, versionsAtOnce));
    for (let at = 0; at < page.length; at += readAtOnce) {
      const some = page.slice(at, at + readAtOnce);
      yield* await Promise.all(
        some.map(async ({ digest }) => ({ digest, manifest: await workspaces.blobs.getManifest(digest) })),
      );
    }
    after = page.at(-1);
    if (page.length < versionsAtOnce) return;
  }
}

async function setAside(
  { store, workspaces, clock }: RetentionDeps,
  leaving: Leaving,
  wanted: ReadonlySet<string>,
): Promise<void> {
  for (const sha256 of namesOf(leaving)) if (!wanted.has(sha256)) await workspaces.blobs.setAside(sha256);
  await store.write((tx) => tx.retention.setAside(leaving.name, clock.now()));
}

interface Settling {
  readonly wanted: ReadonlySet<string>;
  /** Of those that were set aside less than a day ago: theirs to delete. */
  readonly later: ReadonlySet<string>;
  /** WR4: others may have looked since, and set aside what we would delete. */
  readonly isOver: () => boolean;
}

/** WR2. What somebody kept anew and nothing names may be about to be named: it is set aside once more, and false returned. */
async function settle(
  deps: RetentionDeps,
  leaving: Leaving,
  { wanted, later, isOver }: Settling,
): Promise<boolean> {
  const { name, files, digests } = leaving;
  const isGone = async (sha256: string): Promise<boolean> => {
    const { blobs } = deps.workspaces;
    if (wanted.has(sha256)) await blobs.bringBack(sha256);
    else if (later.has(sha256)) return true;
    else if ((await blobs.has(sha256)) || isOver()) return false;
    else await blobs.dropAside(sha256);
    return true;
  };
  let left = 0;
  for (const sha256 of files) if (!(await isGone(sha256))) left += 1;
  // The versions are what says which files there are: they go last.
  if (left === 0) for (const sha256 of digests) if (!(await isGone(sha256))) left += 1;
  if (left === 0) await deps.store.write((tx) => tx.retention.forget(name));
  else if (!isOver()) await setAside(deps, leaving, wanted);
  return left === 0;
}
