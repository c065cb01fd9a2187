// WR3: a process dies after each of the changes that a pass makes, to rows, folders and blobs. The next one makes up for it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { asRunId } from "../../src/domain/ids.ts";
import { createObjectRequest, type ObjectRequest } from "../../src/net/object-request.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { asideMs, workspaceRetention } from "../../src/workers/workspace-retention.ts";
import { type BlobStore, createFolderBlobs, sha256Of } from "../../src/workspace/blobs.ts";
import type { Workspaces } from "../../src/workspace/contract.ts";
import { WorkspaceError } from "../../src/workspace/errors.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { openBucket } from "./bucket-blobs.ts";
import { keptWorkspaces } from "./kept-workspaces.ts";
import { addRun } from "./rows.ts";

const dayMs = 86_400_000;
const keptMs = 180 * dayMs;
const turnMs = 3_600_000;
const done = { code: "done", summary: "" };
const request = createObjectRequest({ connectTimeoutMs: 2_000, idleTimeoutMs: 5_000 });

/** What is left of a process: so many changes, or all that it wants to make. */
type Life = ReturnType<typeof aLife>;

function aLife(changes: number): {
  readonly look: <T>(act: () => Promise<T>) => Promise<T>;
  readonly change: <T>(act: () => Promise<T>) => Promise<T>;
} {
  let left = changes;
  const look = async <T>(act: () => Promise<T>): Promise<T> => {
    if (left <= 0) throw new WorkspaceError("workspace.io", "This process is dead.");
    return act();
  };
  return {
    look,
    change: async (act) => {
      const made = await look(act);
      left -= 1;
      return made;
    },
  };
}

interface Driver {
  readonly blobsIn: (life: Life) => BlobStore;
  readonly end: () => Promise<void>;
}

const drivers: Record<string, (folder: string) => Promise<Driver>> = {
  "on disk": async (folder) => ({
    blobsIn(life) {
      const blobs = createFolderBlobs(path.join(folder, "blobs"));
      return {
        ...blobs,
        has: (sha256) => life.look(() => blobs.has(sha256)),
        getManifest: (digest) => life.look(() => blobs.getManifest(digest)),
        setAside: (sha256) => life.change(() => blobs.setAside(sha256)),
        bringBack: (sha256) => life.change(() => blobs.bringBack(sha256)),
        dropAside: (sha256) => life.change(() => blobs.dropAside(sha256)),
      };
    },
    end: async () => undefined,
  }),
  "in a bucket": async (folder) => {
    const bucket = await openBucket(folder);
    return {
      blobsIn(life) {
        const inLife: ObjectRequest = (url, call) => {
          const changes = call.method === "PUT" || call.method === "DELETE";
          return (changes ? life.change : life.look)(() => request(url, call));
        };
        return bucket.blobsBy(inLife);
      },
      end: () => bucket.end(),
    };
  },
};

describe.each(Object.keys(drivers))("workers/workspace-retention, a process dies, blobs %s", (name) => {
  let folder: string;
  let store: Store;
  let driver: Driver;
  let clock: ManualClock;
  let processes = 0;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-deaths-"));
    store = await createSqliteStore({ path: ":memory:" });
    const open = drivers[name];
    if (!open) throw new Error("no such driver");
    driver = await open(folder);
    clock = createManualClock(Date.now());
  });
  afterEach(async () => {
    await driver.end();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const workspacesIn = (life: Life): Workspaces => {
    const all = createWorkspaces({
      root: path.join(folder, "workspaces"),
      blobs: driver.blobsIn(life),
      log: silentLogger,
      now: () => clock.now(),
    });
    return { ...all, clear: (address, before) => life.change(() => all.clear(address, before)) };
  };
  /** The pass of a new process, `ms` later. */
  const pass = async (ms: number, life = aLife(Infinity)): Promise<void> => {
    clock.jump(ms);
    processes += 1;
    const living: Store = {
      ...store,
      read: (act) => life.look(() => store.read(act)),
      write: (act) => life.change(() => store.write(act)),
    };
    const owner = `w_${processes}`;
    const workspaces = workspacesIn(life);
    const part = workspaceRetention({ store: living, workspaces, clock, log: silentLogger, owner, keptMs });
    await part.sweep();
  };
  /** False where it died. */
  const outlives = async (ms: number, changes: number): Promise<boolean> => {
    const survived = await pass(ms, aLife(changes)).then(
      () => true,
      () => false,
    );
    if (!survived) await pass(turnMs); // the turn of the dead one is over
    return survived;
  };

  /** Two leave. A blob is of both, one is also another's, and one is kept anew while it is set aside, and recorded after the next pass. */
  const story = async (changes: number, dying: "first" | "second"): Promise<boolean> => {
    const id = `${dying}-${changes}`;
    const { blobs, ...workspaces } = workspacesIn(aLife(Infinity));
    const stage = keptWorkspaces({ store, workspaces: { ...workspaces, blobs }, now: () => clock.now() });
    const [own, common] = [`own ${id}`, `common ${id}`];
    const [shared, anew] = [`shared ${id}`, `anew ${id}`];
    const record = async (text: string): Promise<void> => {
      const sha256 = sha256Of(Buffer.from(text));
      const digest = await blobs.putManifest([{ path: "a.md", sha256, sizeBytes: text.length }]);
      await stage.record(`busy-${id}`, digest);
    };
    const found = (text: string): Promise<string> =>
      blobs.get(sha256Of(Buffer.from(text))).then(String, () => "gone");
    await stage.worked(`old-${id}`, {
      "own.md": own,
      "common.md": common,
      "shared.md": shared,
      "anew.md": anew,
    });
    await stage.worked(`twin-${id}`, { "common.md": common });
    await addRun(store, `busy-${id}`, { now: clock.now() });
    await record(shared);

    const first = await outlives(keptMs + dayMs, dying === "first" ? changes : Infinity);
    await blobs.put(Buffer.from(anew));
    const second = await outlives(asideMs, dying === "second" ? changes : Infinity);
    await record(anew);
    for (let day = 0; day < 3; day += 1) await pass(asideMs);

    expect([await found(own), await found(common)], `died after ${id}`).toEqual(["gone", "gone"]);
    expect([await found(shared), await found(anew)], `died after ${id}`).toEqual([shared, anew]);
    expect(await store.read((tx) => tx.retention.leaving(10)), `died after ${id}`).toEqual([]);
    await forget(`busy-${id}`);
    return first && second;
  };
  /** So that the next story is as short as this one. */
  const forget = async (id: string): Promise<void> => {
    await store.write(async (tx) => {
      const now = clock.now();
      await tx.runs.settleIdle(asRunId(id), "done", done, now - 1);
      await tx.retention.letGo(`ws_${id}`, now + 1, now);
      for (const { name: left } of await tx.retention.leaving(10)) await tx.retention.forget(left);
    });
  };

  it.each(["first", "second"] as const)(
    "after any change of the %s pass: what is wanted stays, what is not goes",
    async (dying) => {
      let changes = 0;
      while (!(await story(changes, dying))) changes += 1;
      expect(changes).toBeGreaterThan(10);
    },
  );
});
