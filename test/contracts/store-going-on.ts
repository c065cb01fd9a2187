// An ended run's journal in a new run's hands, and what else is decided about runs by whoever does not work on them.

import { expect, it } from "vitest";
import { asRunId, asWaitId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Store } from "../../src/store/contract.ts";
import { LeaseLost } from "../../src/store/errors.ts";
import type { StoreCase } from "./store-contract.ts";
import {
  aConversation,
  aMail,
  aNotice,
  aPerson,
  aQuestion,
  aRun,
  aStep,
  aWorkingRun,
  claimed,
  newRun,
  runOf,
  spent,
  t0,
} from "./store-rows.ts";

const plan = {
  title: "Mailing",
  steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" as const })),
};

/** A stopped run with four steps, mail and two waits. */
async function stopped(store: Store): Promise<Run> {
  const { run, lease } = await aWorkingRun(store, "old");
  await store.write(async (tx) => {
    for (let n = 0; n < 3; n += 1) await aStep(tx, lease, n);
    await tx.runs.advance(lease, 3, 4, spent(4));
    await tx.steps.start(lease, { n: 3, kind: "model" }, t0);
    await tx.runs.patch(run.id, {
      title: "Mailing",
      plan,
      opening: "Do it",
      contextBase: 1,
      finishing: true,
    });
    const seq = await tx.mailbox.add(aMail(run.id, "read"));
    await tx.mailbox.consume(run.id, seq, 2);
    await tx.mailbox.add(aMail(run.id, "unread"));
    await tx.waits.open(aQuestion("wait_1", run.id));
    await tx.waits.resolve(asWaitId("wait_1"), { answer: "EU", via: "button" }, t0);
    await tx.waits.open(aQuestion("wait_2", run.id));
    await tx.runs.settle(lease, "stopped", { code: "stopped" }, t0);
  });
  return runOf(store, run.id);
}

async function next(store: Store, old: Run, id = "run_next"): Promise<Run | undefined> {
  const { conversation, budget } = old;
  return store.write((tx) =>
    tx.runs.create(newRun({ id: asRunId(id), conversation, budget, continues: old.id })),
  );
}

export function goingOnSuite(current: StoreCase): void {
  it("AD1 AD2: copies journal, mail, answers and progress, and leaves the old run as it was", async () => {
    const { store } = current;
    const old = await stopped(store);
    const run = await next(store, old);
    if (!run) throw new Error("not made");
    await store.write((tx) => tx.runs.adopt(run.id, old.id, { begun: [1], unbegun: [2] }));

    expect(await runOf(store, run.id)).toMatchObject({
      state: "queued",
      epoch: 0,
      cursor: 4,
      contextBase: 1,
      spent: spent(4),
      plan,
      opening: "Do it",
      title: "Mailing",
      finishing: true,
      continues: old.id,
    });
    const { steps, mail, waits, before } = await store.read(async (tx) => ({
      steps: await tx.steps.list(run.id, 0),
      mail: await tx.mailbox.list(run.id, 0),
      waits: await tx.waits.forRun(run.id),
      before: await tx.steps.list(old.id, 0),
    }));
    expect(steps.map(({ n, state, result, epoch }) => ({ n, state, result, epoch }))).toEqual([
      { n: 0, state: "done", result: '{"n":0}', epoch: 0 },
      { n: 1, state: "started", result: undefined, epoch: 0 },
      { n: 2, state: "failed", result: undefined, epoch: 0 },
      { n: 3, state: "started", result: undefined, epoch: 0 },
    ]);
    expect(mail.map(({ text, consumedBy }) => ({ text, consumedBy }))).toEqual([
      { text: "read", consumedBy: 2 },
      { text: "unread", consumedBy: undefined },
    ]);
    expect(waits).toMatchObject([{ state: "resolved", answer: { answer: "EU" }, run: run.id }]);
    expect(before.map(({ state }) => state)).toEqual(["done", "done", "done", "started"]);
    expect(await runOf(store, old.id)).toEqual(old);

    const { lease } = await claimed(store, run.id);
    await store.write((tx) => aStep(tx, lease, 4));
    expect(await store.read((tx) => tx.steps.list(run.id, 4))).toMatchObject([{ n: 4, epoch: 1 }]);
  });

  it("GO2: an ended run is gone on from once", async () => {
    const { store } = current;
    const old = await stopped(store);
    const made = await Promise.all(["run_a", "run_b", "run_c"].map((id) => next(store, old, id)));
    const [winner] = made.filter((run) => run !== undefined);
    expect(made.filter((run) => run !== undefined)).toHaveLength(1);
    if (!winner) throw new Error("not made");
    await store.write((tx) => tx.runs.settleIdle(winner.id, "stopped", { code: "stopped" }, t0));

    expect(await next(store, old, "run_d")).toBeUndefined();
    const found = await store.read((tx) => tx.runs.list({ continues: old.id, limit: 5 }));
    expect(found.map(({ id }) => id)).toEqual([winner.id]);
  });

  it("I8: a worker that does not obey a stop loses its run, and only then", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    const end = () => store.write((tx) => tx.runs.settleUnheard(run.id, { code: "stopped" }, t0));
    expect(await end()).toBe(false);
    await store.write((tx) => tx.runs.requestStop(run.id, aPerson("U1")));
    const fenced = await store.write((tx) => tx.runs.advance(lease, 0, 1, spent(1)));
    expect(fenced).toEqual({ stopRequestedBy: aPerson("U1") });

    expect([await end(), await end()]).toEqual([true, false]);
    const late = store.write((tx) => tx.runs.advance(lease, 1, 2, spent(2)));
    await expect(late).rejects.toBeInstanceOf(LeaseLost);
  });

  it("W1: supersedes an open wait and no other, and moves a reminder", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.waits.open({ ...aQuestion("wait_1", run.id), nudgeAt: t0 }));
    const id = asWaitId("wait_1");
    await store.write((tx) => tx.waits.remindAt(id, t0 + 10));
    expect(await store.write((tx) => tx.waits.takeNudges(t0, 5))).toEqual([]);
    const taken = await Promise.all([
      store.write((tx) => tx.waits.supersede(id, t0)),
      store.write((tx) => tx.waits.resolve(id, { answer: "EU", via: "button" }, t0)),
      store.write((tx) => tx.waits.supersede(id, t0)),
    ]);

    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await store.write((tx) => tx.waits.supersede(id, t0))).toBe(false);
  });

  it("finds runs whose call of the model fails, and keeps one trouble per place", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await aRun(store, "b");
    await store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 1, spent(0));
      await tx.steps.start(lease, { n: 0, kind: "model" }, t0);
      await tx.runs.requeue(lease, t0 + 1, 3);
    });
    const { conversation } = run;
    expect(await store.read((tx) => tx.runs.troubled(9))).toEqual([
      { run: run.id, conversation, retries: 3 },
    ]);

    const trouble = { place: "p", key: "k", conversation, runs: [run.id], since: t0 };
    const open = () => store.write((tx) => tx.troubles.open(trouble));
    expect([await open(), await open()]).toEqual([true, false]);
    const change = () => store.write((tx) => tx.troubles.change("p", [run.id], []));
    expect([await change(), await change()]).toEqual([true, false]);
    expect(await store.read((tx) => tx.troubles.list())).toEqual([{ ...trouble, runs: [] }]);
    const end = () => store.write((tx) => tx.troubles.end("p"));
    expect([await end(), await end()]).toEqual([true, false]);
  });

  it("ux d.15: finds the marks that stand where nothing runs", async () => {
    const { store } = current;
    const mark = async (thread: string, ...statuses: ("processing" | "active")[]) => {
      const conversation = await aConversation(store, thread);
      for (const [n, status] of statuses.entries()) {
        const key = `${thread} ${n}`;
        const op = { op: "status", status } as const;
        await store.write(async (tx) => {
          const { tenant } = (await tx.conversations.find(conversation)) ?? {};
          if (tenant) await tx.outbox.add({ key, tenant, conversation, op }, t0);
          await tx.outbox.claim(t0, t0, 10);
          await tx.outbox.sent(key, undefined, t0);
        });
      }
      return conversation;
    };
    const orphan = await mark("orphan", "active", "processing");
    await mark("over", "processing", "active");
    const busy = await mark("busy", "processing");
    await store.write((tx) => tx.runs.create(newRun({ id: asRunId("run_busy"), conversation: busy })));
    await store.write(async (tx) => {
      const { tenant } = (await tx.conversations.find(orphan)) ?? {};
      const op = { op: "post", message: aNotice("hello") } as const;
      if (tenant) await tx.outbox.add({ key: "post", tenant, conversation: orphan, op }, t0);
    });

    const found = await store.read((tx) => tx.outbox.orphanMarks(100));
    expect(found.map(({ conversation }) => conversation)).toEqual([orphan]);
    expect(await store.read((tx) => tx.outbox.orphanMarks(1))).toEqual([]);
  });
}
