// S1 to S3: all or nothing, together and alone, still there afterwards.

import { expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import type { Tx } from "../../src/store/contract.ts";
import { CorruptRow } from "../../src/store/errors.ts";
import type { StoreCase } from "./store-contract.ts";
import { aConversation, aPost, aRun, aStep, aWorkingRun, newRun, runOf, t0 } from "./store-rows.ts";

export function transactionSuite(current: StoreCase): void {
  it("S1: undoes everything when the function throws, and passes its error on", async () => {
    const { store } = current;
    const conversation = await aConversation(store);

    const written = store.write(async (tx) => {
      await tx.runs.create(newRun({ id: asRunId("run_a"), conversation }));
      throw new Error("changed my mind");
    });

    await expect(written).rejects.toThrow("changed my mind");
    expect(await store.read((tx) => tx.runs.active(conversation))).toBeUndefined();
  });

  it("S1: refuses a transaction that is used after its end", async () => {
    const { store } = current;
    const conversation = await aConversation(store);
    let kept: Tx | undefined;
    await store.write(async (tx) => void (kept = tx));

    await expect(async () => kept?.outbox.add(aPost("late", conversation), t0)).rejects.toThrow(/had ended/);
    expect(await store.read((tx) => tx.outbox.find("late"))).toBeUndefined();
  });

  it("S2: lets fifteen of sixteen concurrent writes land when one of them throws", async () => {
    const { store } = current;
    const conversation = await aConversation(store);
    const writes = Array.from({ length: 16 }, (_, i) =>
      store.write(async (tx) => {
        await tx.outbox.add(aPost(`k${i}`, conversation), t0);
        if (i === 7) throw new Error("seven");
        return i;
      }),
    );

    const outcomes = await Promise.allSettled(writes);

    expect(outcomes.filter((outcome) => outcome.status === "rejected")).toHaveLength(1);
    const listed = await store.read((tx) => tx.outbox.list(conversation, 100));
    expect(listed.map((entry) => entry.key).toSorted()).toEqual(
      Array.from({ length: 16 }, (_, i) => `k${i}`)
        .filter((key) => key !== "k7")
        .toSorted(),
    );
  });

  it("S2: gives each of many concurrent writes its own result", async () => {
    const { store } = current;
    const people = Array.from({ length: 100 }, (_, i) => i);

    const results = await Promise.all(
      people.map((i) => store.write(async (tx) => ((await tx.locks.holder(`l${i}`)) ? -1 : i))),
    );

    expect(results).toEqual(people);
  });

  it("S2: shows a write what an earlier one of the same tick did", async () => {
    const { store } = current;
    const conversation = await aConversation(store);

    const [, second] = await Promise.all([
      store.write((tx) => tx.locks.acquire("sweeper", "a", t0, t0 + 10)),
      store.write(async (tx) => {
        await tx.outbox.add(aPost("x", conversation), t0);
        return tx.outbox.find("x");
      }),
    ]);

    expect(second?.key).toBe("x");
  });

  it("S3: has what was written after closing and opening again", async () => {
    const { bed } = current;
    const before = await bed.open();
    const { lease } = await aWorkingRun(before, "a");
    await before.write((tx) => aStep(tx, lease, 0));
    await before.close();

    const after = await bed.open();

    expect((await runOf(after, lease.run)).cursor).toBe(1);
    expect(await after.read((tx) => tx.steps.list(lease.run, 0))).toHaveLength(1);
    await after.close();
  });

  it("shows readers nothing of a write that has not been committed", async () => {
    const { store } = current;
    const conversation = await aConversation(store);
    let seen: unknown = "nothing read";

    await store.write(async (tx) => {
      await tx.outbox.add(aPost("x", conversation), t0);
      if (store.dialect === "sqlite") seen = await store.read((other) => other.outbox.find("x"));
      else seen = undefined;
    });

    expect(seen).toBeUndefined();
  });

  it("refuses reads and writes once it is closed, and closes twice as once", async () => {
    const store = await current.bed.open();
    await Promise.all([store.close(), store.close()]);

    await expect(store.write(async () => 1)).rejects.toMatchObject({ code: "store.closed" });
    await expect(store.read((tx) => tx.runs.counts())).rejects.toMatchObject({ code: "store.closed" });
  });

  it("finishes the writes that were asked for before it is closed", async () => {
    const store = await current.bed.open();
    const writing = store.write((tx) => tx.locks.acquire("l", "me", t0, t0 + 1));
    const closing = store.close();

    expect(await writing).toBe(true);
    await closing;
  });

  it.each([
    ["not JSON", "{"],
    ["JSON of another shape", '{"steps":"many"}'],
  ])("I14: names table and key of a row with %s, and nothing of its content", async (_, budget) => {
    const { store, bed } = current;
    const run = await aRun(store, "a");
    await bed.execute(`update runs set budget = '${budget}'`);

    const error = await store.read((tx) => tx.runs.find(run.id)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(CorruptRow);
    expect(error).toMatchObject({ facts: { table: "runs", key: run.id } });
    expect(String(error)).not.toContain("many");
  });

  it("keeps text that the database has no character for", async () => {
    const { store } = current;
    const run = await aRun(store, "a", { goal: "a\0b", title: "t\0", subjectName: "\0" });

    expect(run).toMatchObject({ goal: "a\uFFFDb", title: "t\uFFFD", subjectName: "\uFFFD" });
  });
}
