// The connection to Postgres is cut while a run is claimed, failed or left to a newer version: before the server has the commit, or
// before its answer is there. Whoever did it finds out which, and no run waits for its lease to run out (CM1, KC4).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Lease, Run } from "../../src/domain/run.ts";
import { failRun } from "../../src/runtime/fail-run.ts";
import { suspendRun } from "../../src/runtime/suspend-run.ts";
import type { Store } from "../../src/store/contract.ts";
import { NewerRow } from "../../src/store/errors.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { claimRun } from "../../src/workers/claim-run.ts";
import { createShares } from "../../src/workers/shares.ts";
import { createFolderBlobs } from "../../src/workspace/blobs.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { type Passage, startTcpProxy, type TcpProxy } from "../servers/tcp-proxy.ts";
import { addRun, claimAs, findRun } from "../workers/rows.ts";

const ways = ["lost", "unanswered"] as const;

describe.skipIf(!postgresIsInstalled())("runtime: a change of a lease whose commit is cut", () => {
  const clock = createManualClock();
  const world = { clock, ids: createIds(() => clock.now()), log: silentLogger, failpoint: noFailpoints };
  const folder = mkdtempSync(path.join(tmpdir(), "deputy-cut-"));
  const workspaces = createWorkspaces({
    root: path.join(folder, "workspaces"),
    blobs: createFolderBlobs(path.join(folder, "blobs")),
    log: silentLogger,
    now: () => clock.now(),
  });
  let postgres: PostgresServer;
  let proxy: TcpProxy;
  let store: Store;
  let run: Run;
  beforeAll(async () => {
    postgres = await startPostgresServer();
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const url = new URL(await postgres.createDatabase());
    proxy = await startTcpProxy(Number(url.port));
    url.port = `${proxy.port}`;
    store = await createPostgresStore({ url: url.href });
    run = await addRun(store, "run_1", { now: clock.now() });
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  const held = async (): Promise<Lease> => {
    const lease = await claimAs(store, "me", run.id, { now: clock.now(), ms: 15_000 });
    run = await findRun(store, run.id);
    return lease;
  };
  /** The next one. */
  const cutCommit = (passage: Passage): (() => boolean) => {
    let cut = false;
    proxy.judge((piece) => {
      if (cut || !/commit/i.test(piece.toString("latin1"))) return "pass";
      cut = true;
      return passage;
    });
    return () => cut;
  };
  const posts = () => store.read((tx) => tx.outbox.list(run.conversation, 100));

  it.each(ways)("CM1: a claim is worked on when its commit is %s", async (how) => {
    const settings = { owner: "me", leaseMs: 15_000 };
    const deps = { ...world, store, shares: createShares({ concurrency: 4, tenants: "one" }), settings };
    const wasCut = cutCommit(how);

    const claim = await claimRun(deps, { run: run.id, segment: run.segment, priority: 0 }, clock.now());

    expect(wasCut()).toBe(true);
    expect(claim).toMatchObject({ kind: "claimed", lease: { epoch: 1, owner: "me" }, takenOver: false });
    expect(await findRun(store, run.id)).toMatchObject({ state: "working", epoch: 1, leaseOwner: "me" });
  });

  it.each(ways)("KC4: a poison run is failed, and says so once, when the commit is %s", async (how) => {
    const lease = await held();
    const wasCut = cutCommit(how);

    await failRun(run, lease, "run.poison", { store, world });

    expect(wasCut()).toBe(true);
    expect(await findRun(store, run.id)).toMatchObject({ state: "failed", outcome: { code: "run.poison" } });
    const results = (await posts()).filter(({ op }) => op.op === "post" && op.message.kind === "result");
    expect(results).toHaveLength(1);
  });

  it.each(ways)("KC4: a run of a newer version is let go when the commit is %s", async (how) => {
    const lease = await held();
    const newer = new NewerRow("waits", "wait_1", undefined, clock.now());
    const wasCut = cutCommit(how);

    const end = await suspendRun({ run, lease, takenOver: false }, newer, { store, world, workspaces });

    expect(wasCut()).toBe(true);
    expect(end).toBe("backing-off");
    expect(await findRun(store, run.id)).toMatchObject({ state: "queued", wakeAt: clock.now() + 5_000 });
  });
});
