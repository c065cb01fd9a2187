// W1: a wait is resolved at most once.

import { expect, it } from "vitest";
import type { Approval } from "../../src/domain/approval.ts";
import { asApprovalId, asPersonKey, asTenantId, asWaitId, type RunId } from "../../src/domain/ids.ts";
import type { StoreCase } from "./store-contract.ts";
import { aPerson, aQuestion, aWorkingRun, t0 } from "./store-rows.ts";

export function waitSuite(current: StoreCase): void {
  const stored = (id: string) => current.store.read((tx) => tx.waits.find(asWaitId(id)));

  it("keeps a wait as it was opened", async () => {
    const { run } = await aWorkingRun(current.store, "a");
    const { now, ...wait } = { ...aQuestion("wait_1", run.id), dueAt: t0 + 10, nudgeAt: t0 + 5 };

    await current.store.write((tx) => tx.waits.open({ ...wait, now }));

    expect(await stored("wait_1")).toEqual({ ...wait, state: "open", createdAt: now });
    expect(await stored("wait_none")).toBeUndefined();
  });

  it("W1: takes the first of many answers", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.waits.open(aQuestion("wait_1", run.id)));
    const answers = ["EU", "US", "EU"];

    const taken = await Promise.all(
      answers.map((answer) =>
        store.write((tx) => tx.waits.resolve(asWaitId("wait_1"), { answer, via: "button" }, t0 + 3)),
      ),
    );

    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await stored("wait_1")).toMatchObject({
      state: "resolved",
      answer: { answer: answers[taken.indexOf(true)], via: "button" },
      resolvedAt: t0 + 3,
    });
  });

  it("SP1: an approval is as it was asked for, and of two decisions one wins", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    const asked = anApproval(run.id);
    await store.write((tx) => tx.approvals.ask(asked));
    expect(await store.read((tx) => tx.approvals.find(asked.id))).toEqual(asked);
    expect(await store.read((tx) => tx.approvals.pending(10))).toEqual([asked]);

    const states = ["approved", "denied"] as const;
    const won = await Promise.all(
      states.map((state) =>
        store.write((tx) => tx.approvals.change(asked, { ...asked, state, seal: state, decidedAt: t0 + 1 })),
      ),
    );

    expect(won.filter(Boolean)).toHaveLength(1);
    const state = states[won.indexOf(true)];
    expect(await store.read((tx) => tx.approvals.ofWait(asked.wait))).toMatchObject([{ state }]);
    expect(await store.read((tx) => tx.approvals.pending(10))).toEqual([]);
  });

  it("APR-2 SP1: of two votes on what was the same the second changes nothing, though the state is the same", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    const asked = anApproval(run.id);
    await store.write((tx) => tx.approvals.ask(asked));

    const vote = (seal: string) =>
      store.write((tx) => tx.approvals.change(asked, { ...asked, seal, uses: 1 }));
    expect([await vote("one"), await vote("other")]).toEqual([true, false]);
    expect(await store.read((tx) => tx.approvals.find(asked.id))).toMatchObject({ seal: "one" });
  });

  it("AP1: an approval goes no way that its states don't have", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    const asked = anApproval(run.id);
    await store.write((tx) => tx.approvals.ask(asked));

    const skipped = store.write((tx) => tx.approvals.change(asked, { ...asked, state: "done" }));

    await expect(skipped).rejects.toThrow(/AP1/);
    expect(await store.read((tx) => tx.approvals.find(asked.id))).toEqual(asked);
  });

  it("SE5: leaves out rows that it can't read, and goes on with those beside them", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    for (const id of ["wait_1", "wait_2", "wait_3"]) {
      await store.write((tx) => tx.waits.open({ ...aQuestion(id, run.id), dueAt: t0 + 10, nudgeAt: t0 + 5 }));
    }
    await current.bed.execute(`update waits set ask = '{"kind":"riddle"}' where id = 'wait_1'`);
    await current.bed.execute("update waits set ask = '{' where id = 'wait_2'");

    const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);
    expect(ids(await store.read((tx) => tx.waits.due(t0 + 10, 10)))).toEqual(["wait_3"]);
    expect(ids(await store.read((tx) => tx.waits.listOpen(10)))).toEqual(["wait_3"]);
    expect(ids(await store.write((tx) => tx.waits.takeNudges(t0 + 5, 10)))).toEqual(["wait_3"]);
    await expect(stored("wait_1")).rejects.toThrow(/wait_1/);

    // Who can read it nudges then: it was not taken for nudged.
    const { ask } = aQuestion("wait_1", run.id);
    await current.bed.execute(`update waits set ask = '${JSON.stringify(ask)}' where id = 'wait_1'`);
    expect(ids(await store.write((tx) => tx.waits.takeNudges(t0 + 5, 10)))).toEqual(["wait_1"]);
  });

  it("W1: takes no answer to a cancelled wait", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.waits.open(aQuestion("wait_1", run.id)));
    await store.write((tx) => tx.runs.settle(lease, "stopped", { code: "stopped" }, t0));

    const answer = { answer: "EU", via: "button" } as const;
    expect(await store.write((tx) => tx.waits.resolve(asWaitId("wait_1"), answer, t0))).toBe(false);
    expect(await stored("wait_1")).toMatchObject({ state: "cancelled" });
  });

  it("finds open waits whose default applies", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    await store.write(async (tx) => {
      await tx.waits.open({ ...aQuestion("wait_1", run.id), dueAt: t0 + 20 });
      await tx.waits.open({ ...aQuestion("wait_2", run.id), dueAt: t0 + 10 });
      await tx.waits.open({ ...aQuestion("wait_3", run.id), dueAt: t0 + 5 });
      await tx.waits.open(aQuestion("wait_4", run.id));
      await tx.waits.resolve(asWaitId("wait_3"), { answer: "EU", via: "text" }, t0);
    });
    const due = async (now: number, limit = 10) =>
      (await store.read((tx) => tx.waits.due(now, limit))).map(({ id }) => id);

    expect(await due(t0 + 9)).toEqual([]);
    expect(await due(t0 + 20)).toEqual(["wait_2", "wait_1"]);
    expect(await due(t0 + 20, 1)).toEqual(["wait_2"]);
  });

  it("hands out each nudge once, whoever asks", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    await store.write(async (tx) => {
      for (const id of ["wait_1", "wait_2", "wait_3"]) {
        await tx.waits.open({ ...aQuestion(id, run.id), nudgeAt: t0 + 10 });
      }
      await tx.waits.resolve(asWaitId("wait_3"), { answer: "EU", via: "text" }, t0);
    });
    const take = (now: number, limit = 10) => store.write((tx) => tx.waits.takeNudges(now, limit));

    expect(await take(t0 + 9)).toEqual([]);
    const taken = await Promise.all([take(t0 + 10, 1), take(t0 + 10, 1), take(t0 + 10)]);
    const rest = await take(t0 + 10);

    const ids = [...taken.flat(), ...rest].map(({ id }) => id);
    expect(ids.toSorted()).toEqual(["wait_1", "wait_2"]);
    expect(await stored("wait_1")).not.toHaveProperty("nudgeAt");
  });

  it("lists the waits of a run and all that are open, newest first", async () => {
    const { store } = current;
    const first = await aWorkingRun(store, "a");
    const second = await aWorkingRun(store, "b");
    await store.write(async (tx) => {
      await tx.waits.open({ ...aQuestion("wait_1", first.run.id), now: t0 });
      await tx.waits.open({ ...aQuestion("wait_2", first.run.id), now: t0 + 1 });
      await tx.waits.open({ ...aQuestion("wait_3", second.run.id), now: t0 + 2, asked: aPerson("U2") });
      await tx.waits.resolve(asWaitId("wait_1"), { answer: "EU", via: "default" }, t0);
    });

    const ofRun = await store.read((tx) => tx.waits.forRun(first.run.id));
    expect(ofRun.map(({ id }) => id)).toEqual(["wait_2", "wait_1"]);
    const open = await store.read((tx) => tx.waits.listOpen(10));
    expect(open.map(({ id }) => id)).toEqual(["wait_3", "wait_2"]);
    expect(await store.read((tx) => tx.waits.listOpen(1))).toHaveLength(1);
  });
}

export function anApproval(run: RunId): Approval {
  return {
    id: asApprovalId("apr_1"),
    tenant: asTenantId("local"),
    run,
    step: 0,
    wait: asWaitId("wait_1"),
    state: "pending",
    tool: "send",
    digest: "d1",
    arguments: '{"to":"x"}',
    facts: {
      agent: "deputy",
      subject: asPersonKey("local:local:ana"),
      subjectName: "Ana",
      mode: "employee",
      effect: "write-external",
      files: [{ path: "a.txt", sha256: "s" }],
      policy: "1",
      nonce: "n",
      rules: ["r"],
      why: "it is sent",
      approvers: [["requester"]],
      quorum: 1,
      notRequester: false,
      taint: [],
      warnings: [],
      standable: true,
    },
    votes: [],
    standing: { until: t0 + 9, most: 20 },
    uses: 0,
    seal: "s1",
    expiresAt: t0 + 5,
    createdAt: t0,
  };
}
