// A run's life: each transition has one winner (S4), and the fence lets one worker through (S5, I8).

import { expect, it } from "vitest";
import { asConversationId, asRunId, asTenantId, asWaitId } from "../../src/domain/ids.ts";
import { terminalRunStates } from "../../src/domain/run.ts";
import type { RunPageQuery } from "../../src/store/contract-runs.ts";
import type { Tx } from "../../src/store/contract.ts";
import { LeaseLost } from "../../src/store/errors.ts";
import type { StoreCase } from "./store-contract.ts";
import {
  aConversation,
  aMail,
  anAddress,
  aPerson,
  aQuestion,
  aRun,
  aStep,
  aWorkingRun,
  bellOf,
  claimed,
  leaseMs,
  newRun,
  roomy,
  runOf,
  spent,
  t0,
  type Working,
} from "./store-rows.ts";

const done = { code: "done", summary: "Three vendors" };

export function runSuite(current: StoreCase): void {
  makingSuite(current);
  claimSuite(current);
  fenceSuite(current);
  endingSuite(current);
  watchSuite(current);
}

function makingSuite(current: StoreCase): void {
  it("makes a queued run with all that was given, and nothing else", async () => {
    const conversation = await aConversation(current.store);

    const made = await aRun(current.store, "a", { conversation });

    const { now, ...given } = newRun({ id: asRunId("run_a"), conversation });
    expect(made).toEqual({
      ...given,
      state: "queued",
      epoch: 0,
      cursor: 0,
      contextBase: 0,
      segment: 0,
      spent: { steps: 0, inputTokens: 0, outputTokens: 0, usdMicros: 0 },
      finishing: false,
      retries: 0,
      barrenClaims: 0,
      taint: { external: [], private: [] },
      createdAt: now,
    });
    expect(await runOf(current.store, made.id)).toEqual(made);
    expect(await current.store.read((tx) => tx.runs.find(asRunId("run_none")))).toBeUndefined();
  });

  it("I3: lets one of many concurrent runs of a conversation be made", async () => {
    const { store } = current;
    const conversation = await aConversation(store);

    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        store.write((tx) => tx.runs.create(newRun({ id: asRunId(`run_${i}`), conversation }))),
      ),
    );

    const winners = made.filter((run) => run !== undefined);
    expect(winners).toHaveLength(1);
    expect((await store.read((tx) => tx.runs.active(conversation)))?.id).toBe(winners[0]?.id);
  });

  it("I3: lets a conversation have its next run once the last has ended", async () => {
    const { store } = current;
    const conversation = await aConversation(store);
    const first = await aRun(store, "a", { conversation });
    await store.write((tx) => tx.runs.settleIdle(first.id, "stopped", done, t0));

    await aRun(store, "b", { conversation, now: t0 + 1 });

    const runs = await store.read((tx) => tx.runs.list({ conversation, limit: 10 }));
    expect(runs.map(({ id }) => id)).toEqual(["run_b", "run_a"]);
  });

  it("lists by state and subject, newest first, and counts by state", async () => {
    const { store } = current;
    await aRun(store, "a", { now: t0 });
    await aRun(store, "b", { now: t0 + 1, subject: aPerson("U2") });
    await aWorkingRun(store, "c");
    const list = async (filter: object) =>
      (await store.read((tx) => tx.runs.list({ limit: 10, ...filter }))).map(({ id }) => id);

    expect(await list({ states: ["queued"] })).toEqual(["run_b", "run_a"]);
    expect(await list({ states: ["queued", "working"], limit: 1 })).toEqual(["run_b"]);
    expect(await list({ subject: aPerson("U2") })).toEqual(["run_b"]);
    expect(await store.read((tx) => tx.runs.counts())).toEqual({ queued: 2, working: 1 });
  });

  it("lists what is not over of one person's own, in every tenant, newest first", async () => {
    const { store } = current;
    const subject = aPerson("U7");
    const ended = await aRun(store, "ended", { subject });
    await store.write((tx) => tx.runs.settleIdle(ended.id, "stopped", { code: "stopped" }, t0));
    await aRun(store, "theirs");
    await aRun(store, "queued", { subject });
    await aRun(store, "working", { subject, now: t0 + 2, tenant: asTenantId("slack-T0002") });
    await claimed(store, asRunId("run_working"));
    await aRun(store, "parked", { subject, now: t0 + 1 });
    const { lease } = await claimed(store, asRunId("run_parked"));
    await store.write((tx) => tx.runs.park(lease, undefined));
    const ids = async (limit: number) =>
      (await store.read((tx) => tx.runs.activeOf(subject, limit))).map(({ id }) => id);

    expect(await ids(9)).toEqual(["run_working", "run_parked", "run_queued"]);
    expect(await ids(1)).toEqual(["run_working"]);
  });

  it("RP1: pages through one person's runs and those of agents in channels, newest first, with where each is", async () => {
    const { store } = current;
    const group = await store.write((tx) =>
      tx.conversations.ensure(
        { ...anAddress("g"), kind: "group", channel: "G01" },
        { id: asConversationId("conv_g"), workspace: "w-g", now: t0 },
      ),
    );
    await aRun(store, "a");
    await aRun(store, "b", { subject: aPerson("U2") });
    await aRun(store, "c", { subject: aPerson("U2"), mode: "assistant" });
    await aRun(store, "d", { subject: aPerson("U2"), conversation: group.id });
    await aRun(store, "e", { subject: aPerson("U2"), agent: "clerk", now: t0 + 1 });
    await aRun(store, "f", { conversation: await aConversation(store, "f"), now: t0 + 1 });
    const page = async (query: Partial<RunPageQuery> = {}): Promise<string[]> => {
      const whole = { subject: aPerson("U1"), agents: [], limit: 10, ...query };
      return (await store.read((tx) => tx.runs.page(whole))).map(({ at }) => at.id);
    };
    expect(await page()).toEqual(["run_f", "run_a"]);
    expect(await page({ agents: ["deputy"] })).toEqual(["run_f", "run_b", "run_a"]);
    expect(await page({ agents: ["deputy", "clerk"] })).toEqual(["run_f", "run_e", "run_b", "run_a"]);
    expect(await page({ agents: ["deputy", "clerk"], limit: 2 })).toEqual(["run_f", "run_e"]);
    const after = { createdAt: t0 + 1, id: asRunId("run_e") };
    expect(await page({ agents: ["deputy", "clerk"], after })).toEqual(["run_b", "run_a"]);
    expect(await page({ agents: ["deputy"], agent: "clerk" })).toEqual([]);
    expect(await page({ states: ["done"] })).toEqual([]);
    expect(await page({ states: ["queued", "done"] })).toEqual(["run_f", "run_a"]);
    expect(await page({ subject: aPerson("U2"), channel: "C01" })).toEqual(["run_e", "run_c", "run_b"]);
    expect(await page({ subject: aPerson("U2"), channel: "G01" })).toEqual([]);
    const [first] = await store.read((tx) =>
      tx.runs.page({ subject: aPerson("U2"), agents: [], agent: "deputy", limit: 1 }),
    );
    expect(first?.placed?.address).toEqual(group.address);
    expect(first?.placed?.run).toEqual(await runOf(store, asRunId("run_d")));
  });

  it("RP2: a run that can't be read keeps its place on the page", async () => {
    const { store, bed } = current;
    for (const name of ["a", "b", "c"])
      await aRun(store, name, { conversation: await aConversation(store, name) });
    await bed.execute(`update runs set plan = '{' where id = 'run_b'`);
    const page = await store.read((tx) => tx.runs.page({ subject: aPerson("U1"), agents: [], limit: 3 }));
    expect(page.map(({ at }) => at.id)).toEqual(["run_c", "run_b", "run_a"]);
    expect(page.map(({ placed }) => placed?.run.id)).toEqual(["run_c", undefined, "run_a"]);
  });

  it("patches the columns that are named and leaves the others", async () => {
    const { store } = current;
    const { id } = await aRun(store, "a");
    const steps = ["one", "two", "three"].map((text) => ({ text, state: "todo" as const }));

    await store.write(async (tx) => {
      await tx.runs.patch(id, { title: "Vendors", plan: { title: "Plan", steps }, opening: "You are" });
      await tx.runs.patch(id, { contextBase: 4, finishing: true, budget: { steps: 750, usdMicros: 5 } });
      await tx.runs.patch(id, {});
      await tx.runs.patch(id, { checkInAt: t0 + 60_000 });
    });

    expect(await runOf(store, id)).toMatchObject({
      title: "Vendors",
      plan: { title: "Plan", steps },
      opening: "You are",
      contextBase: 4,
      finishing: true,
      budget: { steps: 750, usdMicros: 5 },
      checkInAt: t0 + 60_000,
      goal: "Compare the vendors",
    });
  });
}

function claimSuite(current: StoreCase): void {
  const claim = (id: string, owner: string, now = t0, segment?: number) =>
    current.store.write(async (tx) => {
      const run = asRunId(id);
      const bell = { run, segment: segment ?? (await tx.runs.find(run))?.segment ?? 0 };
      return tx.runs.claim(bell, owner, leaseMs, roomy, now);
    });

  it("claims a queued run: raises epoch and segment", async () => {
    const { id } = await aRun(current.store, "a");

    const result = await claim(id, "worker-1", t0 + 5);

    expect(result).toMatchObject({
      kind: "claimed",
      takenOver: false,
      lease: { run: id, epoch: 1, owner: "worker-1" },
      run: {
        state: "working",
        epoch: 1,
        segment: 1,
        leaseOwner: "worker-1",
        leaseUntil: t0 + 5 + leaseMs,
        barrenClaims: 0,
        startedAt: t0 + 5,
      },
    });
  });

  it("S4: gives a run to one of many who claim it at once", async () => {
    const { id } = await aRun(current.store, "a");

    const results = await Promise.all(["w1", "w2", "w3", "w4"].map((owner) => claim(id, owner)));

    expect(results.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    expect((await runOf(current.store, id)).epoch).toBe(1);
  });

  it("gives nothing for a bell of an earlier segment, or of no run", async () => {
    const { id } = await aRun(current.store, "a");
    const { lease } = await claimed(current.store, id);
    await current.store.write((tx) => tx.runs.requeue(lease, undefined, 0));

    expect(await claim(id, "w2", t0, 0)).toEqual({ kind: "nothing" });
    expect(await claim(id, "w2", t0, 1)).toEqual({ kind: "nothing" });
    expect(await claim("run_none", "w2")).toEqual({ kind: "nothing" });
    expect((await claim(id, "w2", t0, 2)).kind).toBe("claimed");
  });

  it("gives nothing while another worker's lease lives, and takes over once it is past", async () => {
    const { run } = await aWorkingRun(current.store, "a", "w1");

    expect(await claim(run.id, "w2", t0 + leaseMs - 1)).toEqual({ kind: "nothing" });
    expect(await claim(run.id, "w2", t0 + leaseMs)).toMatchObject({
      kind: "claimed",
      takenOver: true,
      lease: { epoch: 2, owner: "w2" },
      run: { barrenClaims: 1, startedAt: t0 },
    });
  });

  it("S4: lets one of two take over an expired lease", async () => {
    const { run } = await aWorkingRun(current.store, "a", "w1");

    const results = await Promise.all(["w2", "w3"].map((owner) => claim(run.id, owner, t0 + leaseMs)));

    expect(results.map(({ kind }) => kind).toSorted()).toEqual(["claimed", "nothing"]);
  });

  it("gives nothing before a backing-off run is due", async () => {
    const { run, lease } = await aWorkingRun(current.store, "a");
    await current.store.write((tx) => tx.runs.requeue(lease, t0 + 1_000, 3));

    expect(await claim(run.id, "w2", t0 + 999)).toEqual({ kind: "nothing" });
    expect(await claim(run.id, "w2", t0 + 1_000)).toMatchObject({
      kind: "claimed",
      takenOver: false,
      run: { retries: 3 },
    });
    expect((await runOf(current.store, run.id)).wakeAt).toBeUndefined();
  });

  it("renews the leases that the owner still has, and tells which", async () => {
    const { store } = current;
    const mine = await aWorkingRun(store, "a", "w1");
    const lost = await aWorkingRun(store, "b", "w2");
    const parked = await aWorkingRun(store, "c", "w1");
    await store.write((tx) => tx.runs.park(parked.lease, undefined));
    const ids = [mine.run.id, lost.run.id, parked.run.id, asRunId("run_none")];

    expect(await store.write((tx) => tx.runs.renew("w1", ids, t0 + 99_000))).toEqual([mine.run.id]);
    expect((await runOf(store, mine.run.id)).leaseUntil).toBe(t0 + 99_000);
    expect((await runOf(store, lost.run.id)).leaseUntil).toBe(t0 + leaseMs);
    expect(await store.write((tx) => tx.runs.renew("w1", [], t0))).toEqual([]);
  });

  it("knows the owners of live leases, and makes those of a dead one claimable", async () => {
    const { store } = current;
    const first = await aWorkingRun(store, "a", "w1");
    await aWorkingRun(store, "b", "w1");
    await aWorkingRun(store, "c", "w2");
    const owners = async (now: number) => (await store.read((tx) => tx.runs.leaseOwners(now))).toSorted();

    expect(await owners(t0)).toEqual(["w1", "w2"]);
    expect(await store.write((tx) => tx.runs.expireLeases("w1", t0 + 1))).toBe(2);
    expect(await owners(t0 + 1)).toEqual(["w2"]);
    expect(await store.write((tx) => tx.runs.expireLeases("w1", t0 + 1))).toBe(0);
    expect(await claim(first.run.id, "w3", t0 + 1)).toMatchObject({ kind: "claimed", takenOver: true });
  });
}

function fenceSuite(current: StoreCase): void {
  it("advances the cursor, stores what was spent, clears retries and barren claims", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");

    await store.write((tx) => tx.runs.advance(lease, 0, 2, spent(7)));

    expect(await runOf(store, run.id)).toMatchObject({
      cursor: 2,
      spent: spent(7),
      retries: 0,
      barrenClaims: 0,
    });
  });

  it.each([
    ["an older epoch", { epoch: 0 }, 0],
    ["a newer epoch", { epoch: 2 }, 0],
    ["another owner", { owner: "w9" }, 0],
    ["another run", { run: asRunId("run_none") }, 0],
    ["another cursor", {}, 1],
  ])("I8: refuses to advance with %s, and the whole write with it", async (_, other, from) => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");

    const zombie = store.write(async (tx) => {
      await tx.waits.open(aQuestion("wait_1", run.id));
      await tx.runs.advance({ ...lease, ...other }, from, from + 1, spent(1));
    });

    await expect(zombie).rejects.toBeInstanceOf(LeaseLost);
    expect(await store.read((tx) => tx.waits.find(asWaitId("wait_1")))).toBeUndefined();
    expect((await runOf(store, run.id)).cursor).toBe(0);
  });

  it("I8: lets a thawed worker write nothing after another has taken over", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a", "w1");
    const next = await claimed(store, run.id, "w2", t0 + leaseMs);

    const zombie = await Promise.allSettled([
      store.write((tx) => aStep(tx, lease, 0)),
      store.write((tx) => tx.runs.park(lease, undefined)),
      store.write((tx) => tx.runs.requeue(lease, undefined, 0)),
      store.write((tx) => tx.runs.settle(lease, "done", done, t0)),
    ]);

    expect(zombie.map((outcome) => outcome.status === "rejected" && outcome.reason)).toEqual(
      Array.from({ length: 4 }, () => expect.any(LeaseLost)),
    );
    await store.write((tx) => aStep(tx, next.lease, 0));
    expect(await store.read((tx) => tx.steps.list(run.id, 0))).toMatchObject([{ n: 0, epoch: 2 }]);
  });

  it.each([
    ["parked", (w) => (tx) => tx.runs.park(w.lease, undefined)],
    ["handed back", (w) => (tx) => tx.runs.requeue(w.lease, undefined, 0)],
    ["ended", (w) => (tx) => tx.runs.settle(w.lease, "done", done, t0)],
  ] satisfies [string, (w: Working) => (tx: Tx) => Promise<void>][])(
    "I8: refuses the worker of a run that it has %s",
    async (_, letGo) => {
      const { store } = current;
      const working = await aWorkingRun(store, "a");
      await store.write(letGo(working));

      await expect(store.write((tx) => aStep(tx, working.lease, 0))).rejects.toBeInstanceOf(LeaseLost);
    },
  );

  it("S4: lets one of two concurrent steps at the same cursor through", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");

    const outcomes = await Promise.allSettled([1, 2].map(() => store.write((tx) => aStep(tx, lease, 0))));

    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect((await runOf(store, run.id)).cursor).toBe(1);
  });
}

function endingSuite(current: StoreCase): void {
  it("I6: parks a run as a row that nobody owns, with the next segment", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");

    await store.write((tx) => tx.runs.park(lease, t0 + 5_000));

    const parked = await runOf(store, run.id);
    expect(parked).toMatchObject({ state: "waiting", segment: run.segment + 1, wakeAt: t0 + 5_000 });
    expect(parked).not.toHaveProperty("leaseOwner");
    expect(parked).not.toHaveProperty("leaseUntil");
  });

  it("S4: wakes a waiting run once", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.runs.park(lease, t0 + 5_000));

    const woken = await Promise.all([1, 2, 3].map(() => store.write((tx) => tx.runs.wake(run.id))));

    expect(woken.filter((segment) => segment !== undefined)).toEqual([run.segment + 2]);
    const queued = await runOf(store, run.id);
    expect(queued).toMatchObject({ state: "queued", segment: run.segment + 2 });
    expect(queued).not.toHaveProperty("wakeAt");
  });

  it.each(terminalRunStates)("D1: ends a run as %s for good", async (state) => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.runs.promise(run.id, t0 + 9_000));

    await store.write((tx) => tx.runs.settle(lease, state, done, t0 + 7));

    const ended = await runOf(store, run.id);
    expect(ended).toMatchObject({ state, outcome: done, endedAt: t0 + 7 });
    expect(ended).not.toHaveProperty("leaseOwner");
    expect(ended).not.toHaveProperty("checkInAt");
    await store.write(async (tx) => {
      expect(await tx.runs.wake(run.id)).toBeUndefined();
      expect(await tx.runs.requestStop(run.id, aPerson("U1"))).toBe(false);
      expect(await tx.runs.settleIdle(run.id, "failed", done, t0)).toBe(false);
      await tx.runs.promise(run.id, t0 + 1);
      expect(await tx.runs.claim(await bellOf(store, run.id), "w2", leaseMs, roomy, t0 + 99_999)).toEqual({
        kind: "nothing",
      });
    });
    expect(await runOf(store, run.id)).toEqual(ended);
  });

  it("ends queued and waiting runs without a lease, and leaves working ones", async () => {
    const { store } = current;
    const queued = await aRun(store, "a");
    const waiting = await aWorkingRun(store, "b");
    await store.write((tx) => tx.runs.park(waiting.lease, undefined));
    const working = await aWorkingRun(store, "c");
    const settle = (id: typeof queued.id) =>
      store.write((tx) => tx.runs.settleIdle(id, "stopped", { code: "stopped" }, t0));

    expect(await settle(queued.id)).toBe(true);
    expect(await settle(waiting.run.id)).toBe(true);
    expect(await settle(working.run.id)).toBe(false);
    expect((await runOf(store, queued.id)).outcome).toEqual({ code: "stopped" });
    expect((await runOf(store, working.run.id)).state).toBe("working");
  });

  it("S4: ends a run once when its worker and a person end it together", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");

    const outcomes = await Promise.allSettled([
      store.write((tx) => tx.runs.settle(lease, "done", done, t0)),
      store.write((tx) => tx.runs.settleIdle(run.id, "stopped", { code: "stopped" }, t0)),
      store.write((tx) => tx.runs.settle(lease, "failed", { code: "x" }, t0)),
    ]);

    const winners = outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value !== false);
    expect(winners).toHaveLength(1);
  });

  it("S4: ends a run or claims it, when both are tried at once", async () => {
    const { store } = current;
    const run = await aRun(store, "a");
    const bell = await bellOf(store, run.id);

    const [settled, taken] = await Promise.all([
      store.write((tx) => tx.runs.settleIdle(run.id, "stopped", { code: "stopped" }, t0)),
      store.write((tx) => tx.runs.claim(bell, "w1", leaseMs, roomy, t0)),
    ]);

    expect(settled).toBe(taken.kind === "nothing");
    expect((await runOf(store, run.id)).state).toBe(settled ? "stopped" : "working");
  });

  it.each(["settle", "settleIdle"] as const)("cancels the open waits of a run with %s", async (how) => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write(async (tx) => {
      await tx.waits.open(aQuestion("wait_1", run.id));
      await tx.waits.open(aQuestion("wait_2", run.id));
      await tx.waits.resolve(asWaitId("wait_1"), { answer: "EU", via: "button" }, t0);
    });

    await store.write(async (tx) => {
      if (how === "settle") return tx.runs.settle(lease, "done", done, t0 + 1);
      await tx.runs.park(lease, undefined);
      await tx.runs.settleIdle(run.id, "expired", done, t0 + 1);
    });

    const waits = await store.read((tx) => tx.waits.forRun(run.id));
    expect(Object.fromEntries(waits.map(({ id, state }) => [id, state]))).toEqual({
      wait_1: "resolved",
      wait_2: "cancelled",
    });
  });

  it("remembers who asked first for a stop, through the next claim", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");

    expect(await store.write((tx) => tx.runs.requestStop(run.id, aPerson("U1")))).toBe(true);
    expect(await store.write((tx) => tx.runs.requestStop(run.id, aPerson("U2")))).toBe(true);
    await store.write((tx) => tx.runs.requeue(lease, undefined, 0));

    expect((await claimed(store, run.id, "w2")).run.stopRequestedBy).toBe(aPerson("U1"));
    expect(await store.write((tx) => tx.runs.requestStop(asRunId("run_none"), aPerson("U1")))).toBe(false);
  });
}

function watchSuite(current: StoreCase): void {
  it("tells a worker in one look what has changed about its runs", async () => {
    const { store } = current;
    const first = await aWorkingRun(store, "a", "w1");
    const second = await aRun(store, "b");
    await store.write(async (tx) => {
      await tx.runs.requestStop(first.run.id, aPerson("U2"));
      await tx.mailbox.add(aMail(first.run.id, "only EU"));
      await tx.mailbox.add(aMail(first.run.id, "and US"));
    });

    const watched = await store.read((tx) => tx.runs.watch([first.run.id, second.id, asRunId("run_none")]));

    expect(watched.toSorted((a, b) => a.run.localeCompare(b.run))).toEqual([
      {
        run: first.run.id,
        epoch: 1,
        leaseOwner: "w1",
        stopRequestedBy: aPerson("U2"),
        heldUp: false,
        mail: 2,
      },
      { run: second.id, epoch: 0, heldUp: false, mail: 0 },
    ]);
    expect(await store.read((tx) => tx.runs.watch([]))).toEqual([]);
  });

  it("finds waiting runs whose time has come, the most overdue first", async () => {
    const { store } = current;
    for (const [name, wakeAt] of [
      ["a", t0 + 20],
      ["b", t0 + 10],
      ["c", t0 + 30],
      ["d", undefined],
    ] as const) {
      const { lease } = await aWorkingRun(store, name);
      await store.write((tx) => tx.runs.park(lease, wakeAt));
    }
    const due = (now: number, limit = 10) => store.read((tx) => tx.runs.dueWaiting(now, limit));

    expect(await due(t0 + 9)).toEqual([]);
    expect(await due(t0 + 20)).toEqual(["run_b", "run_a"]);
    expect(await due(t0 + 20, 1)).toEqual(["run_b"]);
  });

  it("I13: finds active runs whose promise is broken, until it is made anew", async () => {
    const { store } = current;
    const queued = await aRun(store, "a");
    const { run: working } = await aWorkingRun(store, "b");
    await store.write(async (tx) => {
      await tx.runs.promise(queued.id, t0 + 10);
      await tx.runs.promise(working.id, t0 + 5);
    });
    const overdue = async (now: number) =>
      (await store.read((tx) => tx.runs.overdue(now, 10))).map(({ id }) => id);

    expect(await overdue(t0 + 4)).toEqual([]);
    expect(await overdue(t0 + 10)).toEqual([working.id, queued.id]);
    await store.write((tx) => tx.runs.promise(working.id, t0 + 99));
    await store.write((tx) => tx.runs.promise(queued.id, undefined));
    expect(await overdue(t0 + 98)).toEqual([]);
  });
}
