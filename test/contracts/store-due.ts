// DU1: what is said to be due is what the scans find.

import { beforeEach, expect, it } from "vitest";
import type { Brake } from "../../src/domain/brake.ts";
import { asRunId, asTenantId, type TenantId } from "../../src/domain/ids.ts";
import type { Store, Tx } from "../../src/store/contract.ts";
import type { DueKind } from "../../src/store/contract-due.ts";
import type { StoreCase } from "./store-contract.ts";
import { aConnection, aConsent } from "./store-grants.ts";
import { aConversation, aPost, aQuestion, aRun, aWorkingRun, claimed, t0 } from "./store-rows.ts";

interface Kind {
  readonly kind: DueKind;
  /** Makes it due from `t0 + 10` on, or from now on. */
  make(store: Store): Promise<unknown>;
  /** The scan behind it. */
  scan(tx: Tx, now: number): Promise<readonly unknown[]>;
  /** Due already before `t0 + 10`. */
  readonly always?: boolean;
  /** The scan takes what it finds. */
  readonly once?: boolean;
}

const brake: Brake = { id: "brk_1", kind: "agent", name: "other", pulledBy: "local:cli:op", pulledAt: t0 };

const due: readonly Kind[] = [
  {
    kind: "wake",
    async make(store) {
      const { lease } = await aWorkingRun(store, "wakes");
      await store.write((tx) => tx.runs.park(lease, t0 + 10));
    },
    scan: (tx, now) => tx.runs.dueWaiting(now, 10),
  },
  {
    kind: "expire",
    make: (store) => aWait(store, { dueAt: t0 + 10 }),
    scan: (tx, now) => tx.waits.due(now, 10),
  },
  {
    kind: "nudge",
    make: (store) => aWait(store, { nudgeAt: t0 + 10 }),
    scan: (tx, now) => tx.waits.takeNudges(now, 10),
  },
  {
    kind: "work",
    make: (store) => aRun(store, "queued"),
    scan: (tx, now) => tx.runs.runnable(now, { perPerson: 9, perTenant: 9 }, 10),
    always: true,
  },
  {
    kind: "brake",
    make: (store) => store.write((tx) => tx.brakes.pull(brake)),
    scan: (tx) => tx.brakes.list(),
    always: true,
  },
  {
    kind: "consent",
    make: (store) => store.write((tx) => tx.consents.add(aConsent("cs_1", { expiresAt: t0 + 10 }))),
    scan: (tx, now) => tx.consents.overdue(now, 10),
  },
  {
    kind: "outlived",
    async make(store) {
      const { run, lease } = await aWorkingRun(store, "over");
      await store.write((tx) => tx.connections.add(aConnection("c1", { run: run.id })));
      expect(await found(store, ["outlived"])).toEqual([]);
      await store.write((tx) => tx.runs.settle(lease, "done", { code: "done" }, t0));
    },
    scan: (tx) => tx.connections.outlived(10),
    always: true,
  },
  {
    kind: "undestroyed",
    async make(store) {
      await store.write((tx) => tx.connections.add(aConnection("c2")));
      await store.write((tx) => tx.connections.change("c2", "revoked", "asked", t0 + 10));
    },
    scan: (tx, now) => tx.connections.undestroyed(now, 10),
  },
  {
    kind: "say",
    async make(store) {
      const conversation = await aConversation(store);
      await store.write((tx) => tx.outbox.add(aPost("p1", conversation), t0));
    },
    scan: (tx, now) => tx.outbox.claim(now, 0, 10),
    always: true,
    once: true,
  },
];

const kinds = due.map(({ kind }) => kind);

export function dueSuite(current: StoreCase): void {
  it("DU1: says that nothing is due where nothing is", async () => {
    expect(await found(current.store, [...kinds, "trouble"])).toEqual([]);
    expect(await found(current.store, [])).toEqual([]);
  });

  it.each(due)("DU1: says that $kind is due when its scan finds something", async (one) => {
    const { store } = current;
    await one.make(store);

    const scanned = (now: number) => store.write((tx) => one.scan(tx, now));
    expect(await found(store, [one.kind], t0 + 9)).toEqual(one.always ? [one.kind] : []);
    expect(await found(store, kinds, t0 + 10)).toContain(one.kind);
    expect(await scanned(t0 + 9)).toHaveLength(one.always ? 1 : 0);
    expect(await scanned(t0 + 10)).toHaveLength(one.once ? 0 : 1);
  });

  it("DU1: says that there is trouble while a run's last try failed, and while one is told", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "tried");
    expect(await found(store, ["trouble"])).toEqual([]);

    await store.write((tx) => tx.runs.requeue(lease, undefined, 1));
    expect(await found(store, ["trouble"])).toEqual(["trouble"]);

    const again = await claimed(store, run.id);
    await store.write((tx) => tx.runs.settle(again.lease, "failed", { code: "model.away" }, t0));
    expect(await found(store, ["trouble"])).toEqual([]);

    const { conversation } = run;
    const trouble = { place: "p", key: "trouble:1", conversation, runs: [asRunId("run_tried")], since: t0 };
    await store.write((tx) => tx.troubles.open(trouble));
    expect(await found(store, ["trouble"])).toEqual(["trouble"]);
  });

  // What is in the log stays there from case to case.
  beforeEach(() => signAll(current.store));

  it("DU1, AUD-4: says that a checkpoint is due while a tenant's events have none, or one is in no file", async () => {
    const { store } = current;
    const [one, other] = [asTenantId(`slack-D1-${process.pid}`), asTenantId(`slack-D2-${process.pid}`)];
    expect(await found(store, ["checkpoint"])).toEqual([]);

    await append(store, one, 1);
    await append(store, other, 3);
    expect(await found(store, ["checkpoint"])).toEqual(["checkpoint"]);

    await sign(store, other);
    expect(await found(store, ["checkpoint"])).toEqual(["checkpoint"]);
    await sign(store, one);
    expect(await found(store, ["checkpoint"])).toEqual([]);

    await append(store, one, 1);
    expect(await found(store, ["checkpoint"])).toEqual(["checkpoint"]);
    await store.write((tx) => tx.audit.addCheckpoint({ tenant: one, seq: 2, ...signature }));
    expect(await found(store, ["checkpoint"])).toEqual(["checkpoint"]);
    await sign(store, one);
    expect(await found(store, ["checkpoint"])).toEqual([]);
  });
}

async function found(store: Store, asked: readonly DueKind[], now = t0): Promise<readonly DueKind[]> {
  return [...(await store.read((tx) => tx.due.among(asked, now)))];
}

async function aWait(
  store: Store,
  at: { readonly dueAt?: number; readonly nudgeAt?: number },
): Promise<void> {
  const { run } = await aWorkingRun(store, "waits");
  await store.write((tx) => tx.waits.open({ ...aQuestion("wait_1", run.id), ...at }));
}

const signature = { head: "h", at: t0, key: "k", signature: "s" };

async function append(store: Store, tenant: TenantId, events: number): Promise<void> {
  await store.write(async (tx) => {
    for (let n = 0; n < events; n += 1) {
      await tx.audit.append({ tenant, type: "tool.done", time: t0, actor: "agent:deputy" });
    }
  });
}

async function sign(store: Store, tenant: TenantId): Promise<void> {
  const heads = await store.read((tx) => tx.audit.heads());
  const [head] = heads.filter((one) => one.tenant === tenant);
  if (!head) throw new Error(`${tenant} has no events`);
  await store.write(async (tx) => {
    await tx.audit.addCheckpoint({ tenant, seq: head.seq, ...signature });
    await tx.audit.anchored({ tenant, seq: head.seq, ...signature });
  });
}

async function signAll(store: Store): Promise<void> {
  for (const { tenant } of await store.read((tx) => tx.audit.heads())) await sign(store, tenant);
  const left = await store.read((tx) => tx.audit.unanchored(1_000));
  await store.write(async (tx) => {
    for (const one of left) await tx.audit.anchored(one);
  });
}
