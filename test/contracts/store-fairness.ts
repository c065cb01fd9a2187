// I3: round-robin among the people of a tenant, and caps that hold whatever is claimed at once.

import { expect, it } from "vitest";
import { asTenantId, type RunId } from "../../src/domain/ids.ts";
import type { ClaimLimits, Store } from "../../src/store/contract.ts";
import type { StoreCase } from "./store-contract.ts";
import {
  aPerson,
  aRun,
  aWorkingRun,
  bellOf,
  claimed,
  leaseMs,
  roomy,
  runOf,
  t0,
  tenant,
} from "./store-rows.ts";

async function backlog(store: Store, user: string, size: number, now = t0): Promise<RunId[]> {
  const ids: RunId[] = [];
  for (let i = 0; i < size; i += 1) {
    const run = await aRun(store, `${user}-${i}`, { subject: aPerson(user), now: now + i });
    ids.push(run.id);
  }
  return ids;
}

export function fairnessSuite(current: StoreCase): void {
  const priority = (user: string) => current.store.read((tx) => tx.runs.priority(tenant, aPerson(user)));
  const runnable = (limits: Partial<ClaimLimits> = {}, limit = 100, now = t0 + 1_000) =>
    current.store.read((tx) => tx.runs.runnable(now, { ...roomy, ...limits }, limit));
  const claim = async (id: RunId, limits: Partial<ClaimLimits>, now = t0) => {
    const bell = await bellOf(current.store, id);
    return current.store.write((tx) => tx.runs.claim(bell, "w1", leaseMs, { ...roomy, ...limits }, now));
  };

  it("I3: puts a person with a flood behind it, and everybody else before most of it", async () => {
    await backlog(current.store, "flood", 20);
    await backlog(current.store, "some", 3);

    expect(await priority("flood")).toBe(20 + 3);
    expect(await priority("some")).toBe(3 + 4);
    expect(await priority("nobody")).toBe(0 + 1 + 1);
  });

  it("I3: counts queued and working runs of the tenant, and no others", async () => {
    const { store } = current;
    const [first] = await backlog(store, "U1", 2);
    const parked = await aWorkingRun(store, "parked");
    await store.write((tx) => tx.runs.park(parked.lease, undefined));
    const ended = await aWorkingRun(store, "ended");
    await store.write((tx) => tx.runs.settle(ended.lease, "done", { code: "done" }, t0));
    await aRun(store, "elsewhere", { tenant: asTenantId("slack-T0002") });
    if (first) await claimed(store, first);

    expect(await priority("U1")).toBe(2);
  });

  it("I3: rings in turns, each person's first before anybody's second", async () => {
    await backlog(current.store, "a", 3, t0);
    await backlog(current.store, "b", 2, t0 + 100);
    await backlog(current.store, "c", 1, t0 + 200);

    expect(await runnable()).toEqual([
      { run: "run_a-0", segment: 0, priority: 2 },
      { run: "run_b-0", segment: 0, priority: 2 },
      { run: "run_c-0", segment: 0, priority: 2 },
      { run: "run_a-1", segment: 0, priority: 1 + 2 + 1 },
      { run: "run_b-1", segment: 0, priority: 1 + 2 + 1 },
      { run: "run_a-2", segment: 0, priority: 2 + 2 + 1 },
    ]);
    expect((await runnable({}, 2)).map(({ run }) => run)).toEqual(["run_a-0", "run_b-0"]);
  });

  it("I3: gives every tenant its turn within the limit of a sweep", async () => {
    await backlog(current.store, "a", 5, t0);
    await aRun(current.store, "other", { tenant: asTenantId("slack-T0002"), now: t0 + 500 });

    expect((await runnable({}, 2)).map(({ run }) => run)).toEqual(["run_a-0", "run_other"]);
  });

  it("RF2: rings no more of a person than the cap leaves room for", async () => {
    const { store } = current;
    const [first] = await backlog(store, "a", 5);
    await backlog(store, "b", 5, t0 + 100);
    if (first) await claimed(store, first, "w1", t0 + 1_000);

    const bells = await runnable({ perPerson: 2 });

    expect(bells.map(({ run }) => run)).toEqual(["run_b-0", "run_a-1", "run_b-1"]);
  });

  it("RF2: rings no more of a tenant than the cap leaves room for", async () => {
    const { store } = current;
    const [first] = await backlog(store, "a", 5);
    await backlog(store, "b", 5, t0 + 100);
    if (first) await claimed(store, first, "w1", t0 + 1_000);

    expect((await runnable({ perTenant: 3 })).map(({ run }) => run)).toEqual(["run_b-0", "run_a-1"]);
    expect(await runnable({ perTenant: 1 })).toEqual([]);
  });

  it("rings for what could be worked on now: queued and due, or with an expired lease", async () => {
    const { store } = current;
    const backing = await aWorkingRun(store, "backing");
    await store.write((tx) => tx.runs.requeue(backing.lease, t0 + 5_000, 1));
    const parked = await aWorkingRun(store, "parked");
    await store.write((tx) => tx.runs.park(parked.lease, t0));
    const dead = await aWorkingRun(store, "dead");
    const runs = async (now: number) => (await runnable({}, 100, now)).map(({ run }) => run).toSorted();

    expect(await runs(t0 + 1)).toEqual([]);
    expect(await runs(t0 + 5_000)).toEqual([backing.run.id]);
    expect(await runs(t0 + leaseMs)).toEqual([backing.run.id, dead.run.id]);
    const bell = (await runnable({}, 100, t0 + leaseMs)).find(({ run }) => run === dead.run.id);
    expect(bell?.segment).toBe((await runOf(store, dead.run.id)).segment);
  });

  it("I3: refuses a claim beyond the cap of a person, and grants it when one ends", async () => {
    const { store } = current;
    const [first, second] = await backlog(store, "a", 2);
    if (!first || !second) throw new Error("two runs were made");
    const working = await claimed(store, first);

    expect(await claim(second, { perPerson: 1 })).toEqual({ kind: "capped" });
    expect((await runOf(store, second)).epoch).toBe(0);
    await store.write((tx) => tx.runs.settle(working.lease, "done", { code: "done" }, t0));
    expect((await claim(second, { perPerson: 1 })).kind).toBe("claimed");
  });

  it("I3: refuses a claim beyond the cap of a tenant, whoever has the others", async () => {
    const { store } = current;
    const [first] = await backlog(store, "a", 1);
    const [second] = await backlog(store, "b", 1);
    const elsewhere = await aRun(store, "c", { tenant: asTenantId("slack-T0002") });
    if (!first || !second) throw new Error("two runs were made");
    await claimed(store, first);

    expect(await claim(second, { perTenant: 1 })).toEqual({ kind: "capped" });
    expect((await claim(elsewhere.id, { perTenant: 1 })).kind).toBe("claimed");
  });

  it("counts live leases only: a dead worker's run takes nobody's place", async () => {
    const { store } = current;
    const [first, second] = await backlog(store, "a", 2);
    if (!first || !second) throw new Error("two runs were made");
    await claimed(store, first);

    expect((await claim(second, { perPerson: 1 }, t0 + leaseMs)).kind).toBe("claimed");
  });

  it("RC1: keeps the cap when all is claimed at once", async () => {
    const ids = await backlog(current.store, "a", 6);

    const results = await Promise.all(ids.map((id) => claim(id, { perPerson: 2 })));

    expect(results.filter(({ kind }) => kind === "claimed")).toHaveLength(2);
    expect(results.filter(({ kind }) => kind === "capped")).toHaveLength(4);
  });
}
