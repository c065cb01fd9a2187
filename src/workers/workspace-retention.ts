// Workspaces that nobody has worked in for as long as the configuration keeps them (`retention.workspaces`).
//
//   WR1  A workspace's versions leave in one transaction, with the event, and only while it is idle (RN1). Its folder is cleared after
//        that of what was not touched since: whoever begins anew at that moment keeps what they make.
//   WR2  A blob goes only where no row but theirs names it. It is set aside first, and a day later, when whatever was being committed
//        is committed, the rows are asked again: it is brought back or deleted. Until then readers find it, and who keeps the same
//        content keeps it anew (F6). What was set aside for several is deleted with the last of them.
//   WR3  What is left to do is in rows: whoever dies here leaves it to the next pass. What a version that can't be read may want stays
//        (WB1); one of a workspace that leaves keeps what is left of that workspace. The others go on, and the pass fails after them.
//   WR4  One process does it at a time, and none longer than it has the turn for (LT2).

import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { LeavingWorkspace } from "../store/contract-retention.ts";
import type { Store } from "../store/contract.ts";
import type { Workspaces } from "../workspace/contract.ts";
import { type Leaving, namesOf, withFiles } from "./leaving-workspaces.ts";
import { type LongTurn, takeLongTurn } from "./long-turn.ts";
import { inTurn } from "./sweep-parts.ts";
import type { SweepPart } from "./sweeper.ts";
import { type Wanted, wantedBlobs } from "./wanted-blobs.ts";

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

export function workspaceRetention(deps: RetentionDeps): SweepPart {
  return { name: "workspaces", sweep: inTurn(deps.clock, everyMs, () => inOurTurn(deps)) };
}

/** WR4. */
async function inOurTurn(deps: RetentionDeps): Promise<void> {
  const turn = await takeLongTurn({ ...deps, lock, turnMs });
  if (!turn) return;
  try {
    await letIdleGo(deps, turn);
    await dealWithLeaving(deps, turn);
  } finally {
    await turn.end();
  }
}

/** WR1. */
async function letIdleGo(deps: RetentionDeps, turn: LongTurn): Promise<void> {
  const { store, workspaces, clock, keptMs, log } = deps;
  const before = clock.now() - keptMs;
  let after = "";
  for (;;) {
    const idle = await store.read((tx) => tx.retention.idle(before, after, workspacesAtOnce));
    for (const { tenant, workspace } of idle) {
      if (!(await turn.goesOn())) return;
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

async function dealWithLeaving(deps: RetentionDeps, turn: LongTurn): Promise<void> {
  const { clock, workspaces, keptMs } = deps;
  const now = clock.now();
  const { leaving, wanted, later, failure } = await lookAt(deps, turn, now);
  // What was set aside before goes before anything else is set aside: the same blob may be of both.
  for (const one of leaving) {
    if (one.asideAt === undefined || !(await turn.goesOn())) continue;
    if (!(await settle(deps, one, { wanted, later, turn })))
      for (const sha256 of namesOf(one)) later.add(sha256);
  }
  for (const one of leaving) {
    if (one.asideAt !== undefined || !(await turn.goesOn())) continue;
    await workspaces.clear(one, now - keptMs);
    await setAside(deps, one, { wanted, turn });
  }
  if (failure) throw failure;
}

interface Looked {
  /** What is to be done something about. */
  readonly leaving: readonly Leaving[];
  readonly wanted: Wanted;
  /** Blobs of what was set aside less than a day ago: theirs to delete. */
  readonly later: Set<string>;
  /** WR3: to be told in the end. */
  readonly failure: AppError | undefined;
}

async function lookAt(deps: RetentionDeps, turn: LongTurn, now: number): Promise<Looked> {
  const { store, workspaces, keptMs, log } = deps;
  const looking = { store, blobs: workspaces.blobs, log, goOn: () => goOnOrReject(turn) };
  const rows = await store.read((tx) => tx.retention.leaving(mostLeaving));
  const isDue = ({ asideAt }: LeavingWorkspace): boolean => asideAt === undefined || now - asideAt >= asideMs;
  const due = rows.filter(isDue).slice(0, workspacesAtOnce);
  const { leaving, failure } = await withFiles(looking, due);
  const isAside = due.some(({ asideAt }) => asideAt !== undefined);
  const young = await withFiles(looking, isAside ? rows.filter((row) => !isDue(row)) : []);
  if (young.failure) throw young.failure; // until it is due: nobody knows what was set aside for it
  const later = new Set(young.leaving.flatMap(namesOf));
  const wanted = await wantedBlobs(looking, new Set(leaving.flatMap(namesOf)), now - keptMs);
  return { leaving, wanted, later, failure: failure ?? wanted.failure };
}

async function goOnOrReject(turn: LongTurn): Promise<void> {
  if (await turn.goesOn()) return;
  throw new AppError(
    "workers.turn_over",
    "The turn to let workspaces go was lost in the middle. What is left is done by the next pass.",
    { retry: { kind: "backoff" } },
  );
}

interface Letting {
  readonly wanted: Wanted;
  readonly turn: LongTurn;
}

/** Recorded first: who dies before all of it is set aside leaves what is looked at a day later once more, and deletes nothing sooner. */
async function setAside(
  { store, workspaces, clock }: RetentionDeps,
  leaving: Leaving,
  { wanted, turn }: Letting,
): Promise<void> {
  await store.write((tx) => tx.retention.setAside(leaving.name, clock.now()));
  for (const sha256 of namesOf(leaving)) {
    if (wanted.isWanted(sha256) || wanted.mayBeWanted(leaving.files.get(sha256))) continue;
    if (!(await turn.goesOn())) return;
    await workspaces.blobs.setAside(sha256);
  }
}

type Settling = Letting & Pick<Looked, "later">;

/** WR2. What somebody kept anew and nothing names may be about to be named: it is set aside once more, and false returned. */
async function settle(
  deps: RetentionDeps,
  leaving: Leaving,
  { wanted, later, turn }: Settling,
): Promise<boolean> {
  const { name, files, digests } = leaving;
  const isGone = async (sha256: string): Promise<boolean> => {
    const { blobs } = deps.workspaces;
    if (wanted.isWanted(sha256)) await blobs.bringBack(sha256);
    else if (later.has(sha256)) return true;
    else if (wanted.mayBeWanted(files.get(sha256)) || (await blobs.has(sha256))) return false;
    else if (!(await turn.goesOn())) return false;
    else await blobs.dropAside(sha256);
    return true;
  };
  let left = 0;
  for (const sha256 of files.keys()) if (!(await isGone(sha256))) left += 1;
  // The versions are what says which files there are: they go last.
  if (left === 0) for (const sha256 of digests) if (!(await isGone(sha256))) left += 1;
  if (left === 0) await deps.store.write((tx) => tx.retention.forget(name));
  else if (await turn.goesOn()) await setAside(deps, leaving, { wanted, turn });
  return left === 0;
}
