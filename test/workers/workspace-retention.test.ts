// Workspaces that are kept for a while and no longer, with blobs on disk and in a bucket.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { asRunId, asTenantId } from "../../src/domain/ids.ts";
import { createObjectRequest } from "../../src/net/object-request.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { asideMs, workspaceRetention } from "../../src/workers/workspace-retention.ts";
import type { SweepPart } from "../../src/workers/sweeper.ts";
import {
  type BlobStore,
  corruptBlob,
  createFolderBlobs,
  manifestText,
  sha256Of,
} from "../../src/workspace/blobs.ts";
import type { Workspaces } from "../../src/workspace/contract.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { openBucket } from "./bucket-blobs.ts";
import { addressOf, type KeptWorkspaces, keptWorkspaces } from "./kept-workspaces.ts";
import { addRun } from "./rows.ts";

const dayMs = 86_400_000;
const keptMs = 180 * dayMs;
const tenant = asTenantId("local");
const request = createObjectRequest({ connectTimeoutMs: 2_000, idleTimeoutMs: 5_000 });
const signed = Buffer.from("signed by both");

interface Kept {
  readonly blobs: BlobStore;
  readonly end: () => Promise<void>;
}

const drivers: Record<string, (folder: string) => Promise<Kept>> = {
  "on disk": async (folder) => ({
    blobs: createFolderBlobs(path.join(folder, "blobs")),
    end: async () => undefined,
  }),
  "in a bucket": async (folder) => {
    const bucket = await openBucket(folder);
    return { blobs: bucket.blobsBy(request), end: () => bucket.end() };
  },
};

describe.each(Object.keys(drivers))("workers/workspace-retention, blobs %s", (driver) => {
  let folder: string;
  let store: Store;
  let kept: Kept;
  let workspaces: Workspaces;
  let clock: ManualClock;
  let part: SweepPart;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-retention-"));
    store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    const open = drivers[driver];
    if (!open) throw new Error("no such driver");
    kept = await open(folder);
    clock = createManualClock(Date.now());
    workspaces = createWorkspaces({
      root: path.join(folder, "workspaces"),
      blobs: kept.blobs,
      log: silentLogger,
      now: () => clock.now(),
    });
    part = another("w_1");
  });
  afterEach(async () => {
    await kept.end();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const another = (owner: string): SweepPart =>
    workspaceRetention({ store, workspaces, clock, log: silentLogger, owner, keptMs });
  /** The next pass, after `ms`. */
  const pass = async (ms: number): Promise<void> => {
    clock.jump(ms);
    await part.sweep();
  };
  const stage = () => keptWorkspaces({ store, workspaces, now: () => clock.now() });
  const worked: KeptWorkspaces["worked"] = (...files) => stage().worked(...files);
  const record: KeptWorkspaces["record"] = (...version) => stage().record(...version);

  /** Another process, in which `before` comes before it reads a version. */
  const reading = (owner: string, before: (digest: string) => Promise<void>): SweepPart => {
    const getManifest: BlobStore["getManifest"] = async (digest) => {
      await before(digest);
      return kept.blobs.getManifest(digest);
    };
    const others = { ...workspaces, blobs: { ...kept.blobs, getManifest } };
    return workspaceRetention({ store, workspaces: others, clock, log: silentLogger, owner, keptMs });
  };
  /** Another process, to which these versions are broken. */
  const unread = (owner: string, digests: readonly string[]): SweepPart =>
    reading(owner, async (digest) => {
      if (digests.includes(digest)) throw corruptBlob(digest, "it is not a manifest");
    });
  /** What a new run kept, as a version of its own. */
  const recordAnew = async (sha256: string): Promise<void> => {
    await addRun(store, "new", { now: clock.now() });
    await record("new", await kept.blobs.putManifest([{ path: "a.md", sha256, sizeBytes: signed.length }]));
  };
  const isRead = (content: string | Buffer): Promise<boolean> =>
    kept.blobs.get(sha256Of(Buffer.from(content))).then(
      () => true,
      () => false,
    );
  const versions = async (id: string): Promise<readonly string[]> =>
    (await store.read((tx) => tx.manifests.list(`ws_${id}`))).map(({ digest }) => digest);
  const events = async (): Promise<string[]> =>
    (await store.read((tx) => tx.audit.list(tenant, 0, 100))).map(({ line }) => line);

  it("WR1: a workspace goes when its time has come, with its versions and blobs, on record", async () => {
    await worked("old", { "a/report.md": "Figures", "b.md": "Notes" });
    const [digest = ""] = await versions("old");
    await pass(keptMs - dayMs);
    expect(await versions("old")).toHaveLength(1);
    await pass(2 * dayMs);
    expect(await versions("old")).toEqual([]);
    expect(await readdir(workspaces.pathOf(addressOf("old")))).toEqual([]);
    expect(await events()).toEqual([expect.stringContaining('"data":{"versions":1,"workspace":"ws_old"}')]);
    expect([await isRead("Figures"), await isRead("Notes")], "set aside").toEqual([true, true]);
    await pass(asideMs);
    expect([await isRead("Figures"), await isRead("Notes")]).toEqual([false, false]);
    await expect(kept.blobs.getManifest(digest)).rejects.toMatchObject({ code: "workspace.blob_missing" });
    expect(await store.read((tx) => tx.retention.leaving(10))).toEqual([]);
  });

  it("WR2: what another workspace, a post or the journal holds stays, whoever kept it first", async () => {
    await worked("old", { "shared.md": signed, "posted.md": "Posted", "own.md": "Own" });
    const journal = await kept.blobs.put(Buffer.from("A long answer"));
    clock.jump(10 * dayMs);
    await worked("young", { "copy.md": signed });
    const { lease, conversation } = await (async () => {
      const run = await addRun(store, "talk", { now: clock.now() });
      const bell = { run: run.id, segment: run.segment };
      const limits = { perPerson: 9, perTenant: 9 };
      const claim = await store.write((tx) => tx.runs.claim(bell, "w", 1_000, limits, clock.now()));
      if (claim.kind !== "claimed") throw new Error(claim.kind);
      return { lease: claim.lease, conversation: run.conversation };
    })();
    await store.write(async (tx) => {
      await tx.steps.start(lease, { n: 0, kind: "model", arguments: `blob:sha256:${journal}` }, clock.now());
      const files = [{ name: "posted.md", sha256: sha256Of(Buffer.from("Posted")), sizeBytes: 6 }];
      const message = { kind: "notice", text: "Here", files } as const;
      await tx.outbox.add({ key: "k", tenant, conversation, op: { op: "post", message } }, clock.now());
    });
    const half = await kept.blobs.putManifest([]);
    await record("talk", half);

    await pass(keptMs - 9 * dayMs);
    await pass(asideMs);
    expect(await versions("old")).toEqual([]);
    expect(await isRead("Own")).toBe(false);
    expect([await isRead(signed), await isRead("Posted"), await isRead("A long answer")]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await kept.blobs.has(sha256Of(signed))).toBe(true);
  });

  it("WR2: the same content that a run keeps while the other's leaves survives, though it is recorded later", async () => {
    await worked("old", { "a.md": signed });
    const sha256 = await kept.blobs.put(signed); // it is there: nothing is written
    await pass(keptMs + dayMs);
    expect(await kept.blobs.has(sha256), "set aside").toBe(false);
    await recordAnew(sha256);
    expect(await isRead(signed)).toBe(true);
    await pass(asideMs);
    expect(await kept.blobs.has(sha256), "brought back").toBe(true);
    expect(await store.read((tx) => tx.retention.leaving(10))).toEqual([]);
  });

  it("WR2: what is kept anew and recorded after the last look is not deleted by it", async () => {
    await worked("old", { "a.md": signed });
    await pass(keptMs + dayMs);
    const sha256 = await kept.blobs.put(signed);
    await pass(asideMs);
    await recordAnew(sha256);
    expect(await isRead(signed)).toBe(true);
    await pass(asideMs);
    expect(await kept.blobs.has(sha256)).toBe(true);
  });

  it("WR2: what two that leave have in common and somebody keeps anew is not deleted by the second", async () => {
    for (const id of ["old", "older"]) await worked(id, { "a.md": signed });
    await pass(keptMs + dayMs);
    const sha256 = await kept.blobs.put(signed);
    await pass(asideMs);
    await recordAnew(sha256);
    expect(await isRead(signed)).toBe(true);
    await pass(asideMs);
    expect(await kept.blobs.has(sha256), "brought back").toBe(true);
    expect(await store.read((tx) => tx.retention.leaving(10))).toEqual([]);
  });

  it("WR2: what was set aside for one a moment ago is not deleted for another that left before", async () => {
    await worked("old", { "a.md": signed });
    clock.jump(asideMs - 1_000);
    await worked("later", { "a.md": signed });
    await pass(keptMs - asideMs + 2_000);
    await pass(0);
    expect(await versions("later")).toHaveLength(1);
    const sha256 = await kept.blobs.put(signed); // it is there: nothing is written
    part = another("w_2");
    await pass(asideMs - 1_000);
    expect(await versions("later")).toEqual([]);
    part = another("w_3");
    await pass(1_000);
    await recordAnew(sha256);
    expect(await isRead(signed)).toBe(true);
  });

  it("WR3: a version that can't be read deletes nothing, and a pass that is cut short is done again", async () => {
    await worked("old", { "a.md": "Figures" });
    clock.jump(dayMs);
    await addRun(store, "broken", { now: clock.now() });
    await record("broken", "0".repeat(64));
    await expect(pass(keptMs)).rejects.toMatchObject({ code: "workspace.blob_missing" });
    expect(await kept.blobs.has(sha256Of(Buffer.from("Figures")))).toBe(true);
    expect(await versions("old")).toEqual([]);
    await store.write((tx) =>
      tx.runs.settleIdle(asRunId("broken"), "done", { code: "done", summary: "" }, 0),
    );
    part = another("w_2");
    await pass(dayMs);
    expect(await kept.blobs.has(sha256Of(Buffer.from("Figures")))).toBe(false);
  });

  it("WB1: what a version that can't be read is too small for goes all the same, and the rest when it is read", async () => {
    const large = "x".repeat(101);
    const asLarge = "y".repeat(100);
    await worked("old", { "large.md": large, "as-large.md": asLarge, "small.md": "Figures" });
    await addRun(store, "broken", { now: clock.now() });
    const manifest = [{ path: "a.md", sha256: sha256Of(signed), sizeBytes: 100 }];
    await record("broken", sha256Of(Buffer.from(manifestText(manifest))), 100);
    for (const ms of [keptMs + dayMs, asideMs])
      await expect(pass(ms)).rejects.toMatchObject({ code: "workspace.blob_missing" });
    expect([await isRead(large), await isRead(asLarge), await isRead("Figures")]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await kept.blobs.has(sha256Of(Buffer.from(asLarge))), "in its place").toBe(true);
    await kept.blobs.putManifest(manifest);
    await pass(asideMs);
    await pass(asideMs);
    expect([await isRead(asLarge), await isRead("Figures")]).toEqual([false, false]);
    expect(await store.read((tx) => tx.retention.leaving(10))).toEqual([]);
  });

  it("WR3: of a workspace that leaves with a version that can't be read the rest stays until it can, and others go", async () => {
    await worked("old", { "a.md": "Figures" });
    await worked("other", { "b.md": "Notes" });
    part = unread("w_2", await versions("old"));
    for (const ms of [keptMs + dayMs, asideMs])
      await expect(pass(ms)).rejects.toMatchObject({ code: "workspace.blob_corrupt" });
    expect([await isRead("Figures"), await isRead("Notes")]).toEqual([true, false]);
    part = another("w_3");
    await pass(asideMs);
    await pass(asideMs);
    expect(await isRead("Figures")).toBe(false);
  });

  it("WR3: while one that was set aside a moment ago can't be read nothing is deleted: it may be set aside for that one", async () => {
    await worked("old", { "a.md": signed });
    clock.jump(asideMs - 1_000);
    await worked("later", { "a.md": signed, "b.md": "Notes" });
    const digests = await versions("later");
    await pass(keptMs - asideMs + 2_000);
    const sha256 = await kept.blobs.put(signed); // it is kept anew
    part = another("w_2");
    await pass(asideMs - 1_000);
    expect(await versions("later")).toEqual([]);
    part = unread("w_3", digests);
    await expect(pass(1_000)).rejects.toMatchObject({ code: "workspace.blob_corrupt" });
    await recordAnew(sha256);
    expect(await isRead(signed)).toBe(true);
  });

  it("WR1: a folder is cleared as its versions leave, whatever keeps the blobs from leaving", async () => {
    await worked("old", { "a.md": "Figures" });
    await addRun(store, "broken", { now: clock.now() });
    await record("broken", "0".repeat(64));
    await expect(pass(keptMs + dayMs)).rejects.toMatchObject({ code: "workspace.blob_missing" });
    expect(await versions("old")).toEqual([]);
    expect(await readdir(workspaces.pathOf(addressOf("old")))).toEqual([]);
  });

  it("WR3: however many left yesterday, what leaves today is set aside today", async () => {
    const digest = await kept.blobs.putManifest([]);
    const left = async (id: string): Promise<void> => {
      const run = await addRun(store, id, { now: clock.now() });
      await record(id, digest);
      const outcome = { code: "done", summary: "" } as const;
      await store.write((tx) => tx.runs.settleIdle(run.id, "done", outcome, clock.now()));
    };
    await Promise.all(Array.from({ length: 200 }, (_, n) => left(`many-${n}`)));
    clock.jump(dayMs / 2);
    await left("one-more");
    await pass(keptMs - dayMs / 4);
    await pass(dayMs / 2);
    const leaving = await store.read((tx) => tx.retention.leaving(1_000));
    expect(leaving).toHaveLength(201);
    expect(leaving.filter(({ asideAt }) => asideAt === undefined)).toEqual([]);
  });

  it("WR4: a process that froze past its turn deletes nothing more: others may have looked since", async () => {
    await worked("old", { "a.md": "Figures", "b.md": "Notes" });
    await pass(keptMs + dayMs);
    const freezing = async (sha256: string): Promise<boolean> => {
      clock.jump(3_600_000);
      return kept.blobs.has(sha256);
    };
    workspaces = { ...workspaces, blobs: { ...kept.blobs, has: freezing } };
    part = another("w_2");
    await pass(asideMs);
    expect([await isRead("Figures"), await isRead("Notes")].filter((read) => read)).toHaveLength(2);
    workspaces = { ...workspaces, blobs: kept.blobs };
    part = another("w_3");
    await pass(0);
    expect([await isRead("Figures"), await isRead("Notes")]).toEqual([false, false]);
  });

  it("WR4: a pass that takes longer than a turn keeps it, and comes to its end", async () => {
    await worked("old", { "a.md": "Figures" });
    await addRun(store, "busy", { now: clock.now() });
    const digest = await kept.blobs.putManifest([]);
    for (let version = 0; version < 40; version += 1) await record("busy", digest);
    const taken = new Set<boolean>();
    part = reading("w_2", async () => {
      clock.jump(2 * 60_000);
      const now = clock.now();
      taken.add(await store.write((tx) => tx.locks.acquire("workspace-retention", "w_other", now, now + 1)));
    });
    await pass(keptMs + dayMs);
    expect([...taken], "by another process").toEqual([false]);
    expect(await kept.blobs.has(sha256Of(Buffer.from("Figures"))), "set aside").toBe(false);
  });

  it("WR2: where nothing leaves no version is read", async () => {
    await worked("young", { "a.md": "Figures" });
    const read: string[] = [];
    part = reading("w_2", async (digest) => void read.push(digest));
    await pass(dayMs);
    expect(read).toEqual([]);
    await pass(keptMs);
    expect(read).toHaveLength(1);
  });

  it("WR4: a process that froze past its turn while it looked what is wanted sets nothing aside", async () => {
    await worked("old", { "a.md": "Figures" });
    part = reading("w_2", async () => clock.jump(1_800_000));
    await expect(pass(keptMs + dayMs)).rejects.toMatchObject({ code: "workers.turn_over" });
    expect(await kept.blobs.has(sha256Of(Buffer.from("Figures")))).toBe(true);
  });

  it("WR4: another process that has the turn is left alone, and nothing is asked between passes", async () => {
    await worked("old", { "a.md": "Figures" });
    clock.jump(keptMs + dayMs);
    const now = clock.now();
    await store.write((tx) => tx.locks.acquire("workspace-retention", "w_other", now, now + 1_000));
    await part.sweep();
    expect(await versions("old")).toHaveLength(1);
    await pass(2_000);
    expect(await versions("old"), "too soon").toHaveLength(1);
    await pass(dayMs);
    expect(await versions("old")).toEqual([]);
  });
});
