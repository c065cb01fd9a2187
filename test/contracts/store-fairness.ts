// I3: round-robin among the people of a tenant, and caps that hold whatever is claimed at once.

import { expect, it } from "vitest";
import { asConversationId, asTenantId, type RunId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import type { ClaimLimits } from "../../src/store/contract-runs.ts";
import type { StoreCase } from "./store-contract.ts";
import {
  anAddress,
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

/** A run in a direct message of `user`: all of them have one workspace. */
async function direct(store: Store, name: string, user = "U1", now = t0): Promise<RunId> {
  const id = asConversationId(`conv_dm_${name}`);
  const address = { ...anAddress(name), kind: "dm", channel: `D${user}` } as const;
  const fresh = { id, workspace: `dm-${user}`, now: t0 };
  await store.write((tx) => tx.conversations.ensure(address, fresh));
  return (await aRun(store, name, { conversation: id, subject: aPerson(user), mode: "assistant", now })).id;
}

export function fairnessSuite(current: StoreCase): void {
  sharedFolderSuite(current);
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

  it("RF4: gives all of a person's runs their slices in turn where there are more of them than slots", async () => {
    const { store } = current;
    const ids = await backlog(store, "a", 4);
    const served: RunId[] = [];
    for (let slice = 0; slice < 12; slice += 1) {
      const now = t0 + 100 + slice;
      const [next] = await runnable({ perPerson: 1 }, 100, now);
      if (!next) throw new Error("nothing was rung for");
      served.push(next.run);
      const { lease } = await claimed(store, next.run, "w1", now);
      await store.write((tx) => tx.runs.requeue(lease, undefined, 0));
    }

    expect(served).toEqual([...ids, ...ids, ...ids]);
  });

  it("RF4: comes round to everybody where a tenant has more runs than its share", async () => {
    const { store } = current;
    await backlog(store, "a", 2);
    await backlog(store, "b", 2, t0 + 10);
    await backlog(store, "c", 2, t0 + 20);
    const served: RunId[] = [];
    for (let slice = 0; slice < 7; slice += 1) {
      const now = t0 + 100 + slice;
      const [next] = await runnable({ perPerson: 1, perTenant: 1 }, 100, now);
      if (!next) throw new Error("nothing was rung for");
      served.push(next.run);
      const { lease } = await claimed(store, next.run, "w1", now);
      await store.write((tx) => tx.runs.requeue(lease, undefined, 0));
    }

    const round = ["run_a-0", "run_a-1", "run_b-0", "run_b-1", "run_c-0", "run_c-1"];
    expect(served).toEqual([...round, "run_a-0"]);
  });

  it("RC4: tries suspects one at a time, after pauses that double; others go on beside them", async () => {
    const { store } = current;
    const [killer, beside, fresh] = ["killer", "beside", "fresh"].map((user) =>
      aRun(store, user, { subject: aPerson(user) }),
    );
    const suspects = [(await killer)?.id, (await beside)?.id].filter((id) => id !== undefined);
    const other = (await fresh)?.id;
    if (!other) throw new Error("three runs were made");
    const died = async (now: number) => {
      const kinds = await Promise.all(suspects.map(async (id) => (await claim(id, {}, now)).kind));
      await store.write((tx) => tx.runs.expireLeases("w1", now));
      return kinds;
    };
    for (const n of [0, 1, 2]) expect(await died(t0 + n)).toEqual(["claimed", "claimed"]);

    expect(await runnable({}, 100, t0 + 2_001)).toHaveLength(1); // the fresh one: two suspects pause
    expect(await died(t0 + 2_001)).toEqual(["nothing", "nothing"]);
    expect((await died(t0 + 2_002)).toSorted()).toEqual(["capped", "claimed"]);
    expect((await died(t0 + 2_003)).toSorted()).toEqual(["claimed", "nothing"]);
    expect((await died(t0 + 4_003)).toSorted()).toEqual(["nothing", "nothing"]);
    expect((await claim(other, {}, t0 + 4_003)).kind).toBe("claimed");
  });

  it("RC4: counts no claim that took over from nobody, and begins anew with a step", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.runs.requeue(lease, undefined, 1));
    const again = await claimed(store, run.id);
    expect(again.run.barrenClaims).toBe(0);
    const taken = await claimed(store, run.id, "w2", t0 + leaseMs);
    expect(taken.run.barrenClaims).toBe(1);
    await store.write((tx) => tx.runs.advance(taken.lease, 0, 0, run.spent));

    expect((await runOf(store, run.id)).barrenClaims).toBe(0);
  });

  it("RC1: keeps the cap when all is claimed at once", async () => {
    const ids = await backlog(current.store, "a", 6);

    const results = await Promise.all(ids.map((id) => claim(id, { perPerson: 2 })));

    expect(results.filter(({ kind }) => kind === "claimed")).toHaveLength(2);
    expect(results.filter(({ kind }) => kind === "capped")).toHaveLength(4);
  });
}

function sharedFolderSuite(current: StoreCase): void {
  const rung = async (now = t0 + 1_000) =>
    (await current.store.read((tx) => tx.runs.runnable(now, roomy, 100))).map(({ run }) => run);
  const claim = async (id: RunId, now = t0) => {
    const bell = await bellOf(current.store, id);
    return (await current.store.write((tx) => tx.runs.claim(bell, "w2", leaseMs, roomy, now))).kind;
  };

  it("F3: begins no run while another is at work in its workspace, and every other one", async () => {
    const { store } = current;
    const first = await direct(store, "1");
    const second = await direct(store, "2");
    const channel = (await aRun(store, "channel", { subject: aPerson("U1") })).id;
    const theirs = await direct(store, "3", "U2");
    const { lease } = await claimed(store, first);

    expect(await claim(second)).toBe("capped");
    expect(await claim(channel)).toBe("claimed");
    expect(await claim(theirs)).toBe("claimed");

    await store.write((tx) => tx.runs.park(lease, undefined));
    expect(await claim(second)).toBe("claimed");
  });

  it("F3: lets nobody into the folder of a dead owner before its own run was taken over", async () => {
    const { store } = current;
    const first = await direct(store, "1");
    const second = await direct(store, "2");
    await claimed(store, first);
    const past = t0 + leaseMs + 1;

    expect(await claim(second, past)).toBe("capped");
    expect(await rung(past)).toEqual([first]);
    expect(await claim(first, past)).toBe("claimed");
    expect(await claim(second, past)).toBe("capped");
  });

  it("S4: begins one of many in a workspace that are claimed at once", async () => {
    const { store } = current;
    const ids: RunId[] = [];
    for (let n = 0; n < 8; n += 1) ids.push(await direct(store, `${n}`));

    const kinds = await Promise.all(ids.map((id) => claim(id)));

    expect(kinds.filter((kind) => kind === "claimed")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "capped")).toHaveLength(7);
  });

  it("takes over one of two that were both at work before they shared", async () => {
    const { store } = current;
    const first = await direct(store, "1");
    const second = await direct(store, "2");
    await current.bed.execute("update runs set state = 'working', lease_owner = 'w1', lease_until = 1");

    expect(await claim(first)).toBe("claimed");
    expect(await claim(second)).toBe("claimed");
  });

  it("RF3: rings for the run with the fewest segments, and for none while one is at work", async () => {
    const { store } = current;
    const long = await direct(store, "long");
    const { lease } = await claimed(store, long);
    await store.write((tx) => tx.runs.requeue(lease, undefined, 0));
    const short = await direct(store, "short", "U1", t0 + 5);
    const channel = (await aRun(store, "channel", { subject: aPerson("U1"), now: t0 + 9 })).id;
    expect(await rung()).toEqual([short, channel]);

    const turn = await claimed(store, short);
    expect(await rung()).toEqual([channel]);

    await store.write((tx) => tx.runs.park(turn.lease, undefined));
    expect(await rung()).toEqual([long, channel]);
  });

  it("RF3: is not held up by a sibling that backs off", async () => {
    const { store } = current;
    const first = await direct(store, "1", "U1", t0 + 5);
    const { lease } = await claimed(store, first);
    await store.write((tx) => tx.runs.requeue(lease, t0 + 60_000, 1));
    const second = await direct(store, "2");
    const turn = await claimed(store, second);
    await store.write((tx) => tx.runs.requeue(turn.lease, undefined, 0));
    const again = await claimed(store, second);
    await store.write((tx) => tx.runs.requeue(again.lease, undefined, 0));

    expect(await rung()).toEqual([second]);
  });
}
