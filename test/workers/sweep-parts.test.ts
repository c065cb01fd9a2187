import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { asPersonKey, asRunId, asWaitId } from "../../src/domain/ids.ts";
import type { InboundMessage } from "../../src/domain/inbound.ts";
import type { WaitAsk } from "../../src/domain/wait.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createRinger } from "../../src/workers/ringer.ts";
import { createShares } from "../../src/workers/shares.ts";
import { type SweepActs, sweepParts } from "../../src/workers/sweep-parts.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { addRun, addRunIn, claimAs, findRun } from "./rows.ts";

const dayMs = 86_400_000;

describe("workers/sweep-parts", () => {
  let dir: string;
  let file: string;
  let store: Store;
  let queue: Queue;
  let clock: ManualClock;
  let done: string[];
  const ana = asPersonKey("local:local:ana");

  const acts = (own: Partial<SweepActs> = {}): SweepActs => ({
    expireWait: async (wait) => void done.push(`expire ${wait.id}`),
    nudge: async (wait) => void done.push(`nudge ${wait.id}`),
    routeInbox: async (conversation) => void done.push(`route ${conversation}`),
    ...own,
  });
  const sweep = async (name: string, own: Partial<SweepActs> = {}): Promise<void> => {
    const shares = createShares({ concurrency: 4, tenants: "one" });
    const ringer = createRinger({ store, queue, shares, clock, log: silentLogger });
    const parts = sweepParts({ store, ringer, acts: acts(own), clock, inboxKeptMs: 7 * dayMs });
    await parts.find((part) => part.name === name)?.sweep();
  };
  const park = async (id: string, wakeAt?: number): Promise<void> => {
    const lease = await claimAs(store, "me", id, { now: clock.now(), ms: 15_000 });
    await store.write((tx) => tx.runs.park(lease, wakeAt));
  };
  const openWait = async (
    id: string,
    run: string,
    at: { dueAt?: number; nudgeAt?: number },
  ): Promise<void> => {
    const ask: WaitAsk = { kind: "question", question: "Which?", options: [], default: "EU" };
    await store.write((tx) =>
      tx.waits.open({
        id: asWaitId(id),
        run: asRunId(run),
        step: 0,
        kind: "question",
        ask,
        asked: ana,
        now: clock.now(),
        ...at,
      }),
    );
  };
  const hear = async (id: string, dueAt: number): Promise<void> => {
    const conversation = {
      platform: "local",
      tenant: "local",
      kind: "dm",
      channel: "d",
      thread: id,
    } as const;
    await store.write(async (tx) => {
      const run = await addRunIn(tx, id);
      if (!run) throw new Error("no run");
      const event: InboundMessage = {
        kind: "message",
        eventId: id,
        conversation: { ...conversation, tenant: run.tenant },
        author: { key: ana, name: "Ana", kind: "member" },
        sentAt: clock.now(),
        messageId: id,
        text: "hello",
        mentionsAgent: true,
        mentions: [],
        files: [],
      };
      const now = clock.now();
      await tx.inbox.add({ id, tenant: run.tenant, conversation: run.conversation, event, dueAt, now });
    });
  };

  beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), "deputy-sweep-"));
    file = path.join(dir, "deputy.db");
    store = await createSqliteStore({ path: file });
    queue = createEmbeddedQueue({ maxWaiting: 1_000, log: silentLogger });
    clock = createManualClock();
    done = [];
  });
  afterEach(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it("wakes parked runs whose time has come, and rings for them", async () => {
    await addRun(store, "run_due");
    await addRun(store, "run_later");
    await park("run_due", clock.now() + 1_000);
    await park("run_later", clock.now() + 60_000);
    clock.jump(1_000);

    await sweep("wake");

    expect((await findRun(store, "run_due")).state).toBe("queued");
    expect((await findRun(store, "run_later")).state).toBe("waiting");
    expect(await queue.depth()).toEqual({ waiting: 1, active: 0 });
  });

  it("I6: leaves ten thousand waiting runs out of the queue, and finds the one that wakes", async () => {
    await addRun(store, "run_0");
    await park("run_0");
    multiplyRun(file, "run_0", 10_000);

    for (const part of ["wake", "expire", "nudge", "route", "ring"]) await sweep(part);
    const whileWaiting = await queue.depth();
    await store.write((tx) => tx.runs.wake(asRunId("run_0_4711")));
    await sweep("ring");

    expect(await store.read((tx) => tx.runs.counts())).toEqual({ waiting: 9_999, queued: 1 });
    expect(whileWaiting).toEqual({ waiting: 0, active: 0 });
    expect(await queue.depth()).toEqual({ waiting: 1, active: 0 });
    expect(done).toEqual([]);
  });

  it("I7: rings for every run that is runnable and has no live lease", async () => {
    await addRun(store, "run_queued", { person: "ana" });
    await addRun(store, "run_dead", { person: "bo" });
    await addRun(store, "run_worked_on", { person: "ada" });
    await claimAs(store, "dead", "run_dead", { now: clock.now() - 15_000, ms: 15_000 });
    await claimAs(store, "alive", "run_worked_on", { now: clock.now(), ms: 15_000 });

    const rung: string[] = [];
    queue = { ...queue, ring: async (bell) => rung.push(bell.run) > 0 };

    await sweep("ring");

    expect(rung.toSorted()).toEqual(["run_dead", "run_queued"]);
  });

  it("applies the defaults of waits whose time has come", async () => {
    await addRun(store, "run_1");
    await openWait("wait_due", "run_1", { dueAt: clock.now() });
    await openWait("wait_later", "run_1", { dueAt: clock.now() + 1 });

    await sweep("expire");

    expect(done).toEqual(["expire wait_due"]);
  });

  it("nudges once", async () => {
    await addRun(store, "run_1");
    await openWait("wait_1", "run_1", { nudgeAt: clock.now() });

    await sweep("nudge");
    await sweep("nudge");

    expect(done).toEqual(["nudge wait_1"]);
  });

  it("I1: routes what was heard and is due, and not what is still in its burst window", async () => {
    await hear("run_a", clock.now());
    await hear("run_b", clock.now() + 1_500);

    await sweep("route");

    expect(done).toEqual(["route cnv_run_a"]);
  });

  it("does the rest of a part when one act fails, and says so in the end", async () => {
    await hear("run_a", clock.now() - 2);
    await hear("run_b", clock.now() - 1);
    const routeInbox = async (conversation: string): Promise<void> => {
      if (conversation === "cnv_run_a") throw new Error("broken");
      done.push(`route ${conversation}`);
    };

    await expect(sweep("route", { routeInbox })).rejects.toThrow("1 of 2 failed");

    expect(done).toEqual(["route cnv_run_b"]);
  });

  it("I1: prunes routed rows when they are older than the time they are kept", async () => {
    await hear("run_old", clock.now());
    await store.write((tx) => tx.inbox.route("run_old", "routed"));
    clock.jump(8 * dayMs);
    await hear("run_new", clock.now());
    await store.write((tx) => tx.inbox.route("run_new", "routed"));

    await sweep("prune");

    const old = (await findRun(store, "run_old")).conversation;
    const kept = (await findRun(store, "run_new")).conversation;
    expect(await store.read((tx) => tx.inbox.findMessage(old, "run_old"))).toBeUndefined();
    expect(await store.read((tx) => tx.inbox.findMessage(kept, "run_new"))).toBeDefined();
  });
});

/** Copies the row of a run until there are `total`. Ten thousand by way of the store would take longer than all else here. */
function multiplyRun(file: string, run: string, total: number): void {
  const db = new Database(file);
  db.pragma("foreign_keys = OFF");
  const columns = db.prepare<[], string>("select name from pragma_table_info('runs')").pluck().all();
  const copies = columns.map((name) =>
    ["id", "conversation"].includes(name) ? `${name} || '_' || n` : name,
  );
  db.prepare(
    `with recursive many(n) as (select 1 union all select n + 1 from many where n < ?)
     insert into runs (${columns.join(", ")}) select ${copies.join(", ")} from runs, many where id = ?`,
  ).run(total - 1, run);
  db.close();
}
