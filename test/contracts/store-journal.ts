// Steps (I4, I5) and the mailbox.

import { expect, it } from "vitest";
import { StepAlreadySettled } from "../../src/store/errors.ts";
import type { StoreCase } from "./store-contract.ts";
import { aMail, aStep, aWorkingRun, spent, t0 } from "./store-rows.ts";

export function journalSuite(current: StoreCase): void {
  stepSuite(current);
  mailSuite(current);
}

function stepSuite(current: StoreCase): void {
  it("I4: has the intent before the act, and the result after it", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    const intent = {
      n: 0,
      kind: "tool",
      tool: "run_command",
      callId: "c1",
      arguments: "{}",
      identity: "agent",
    } as const;
    const begun = { run: run.id, ...intent, state: "started", epoch: 1, startedAt: t0 };
    const stored = () => store.read((tx) => tx.steps.find(run.id, 0));

    await store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 1, spent(1));
      await tx.steps.start(lease, intent, t0);
    });
    expect(await stored()).toEqual(begun);

    const result = { n: 0, state: "done", result: '"ok"', manifest: "abc" } as const;
    await store.write((tx) => tx.steps.finish(run.id, result, t0 + 9));
    expect(await stored()).toEqual({ ...begun, ...result, endedAt: t0 + 9 });
  });

  it("I4: takes one result of a step, and refuses the next", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.steps.start(lease, { n: 0, kind: "model" }, t0));
    const finish = (result: string) =>
      store.write((tx) => tx.steps.finish(run.id, { n: 0, state: "done", result }, t0));

    const outcomes = await Promise.allSettled([finish("1"), finish("2"), finish("3")]);

    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused).toEqual([expect.any(StepAlreadySettled), expect.any(StepAlreadySettled)]);
    const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
    expect((await store.read((tx) => tx.steps.find(run.id, 0)))?.result).toBe(`${winner + 1}`);
  });

  it("I4: refuses the result of a step that was never started, or is started twice", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.steps.start(lease, { n: 0, kind: "model" }, t0));

    const unknown = store.write((tx) => tx.steps.finish(run.id, { n: 5, state: "done", result: "1" }, t0));
    await expect(unknown).rejects.toBeInstanceOf(StepAlreadySettled);
    const again = store.write((tx) => tx.steps.start(lease, { n: 0, kind: "model" }, t0));
    await expect(again).rejects.toThrow(/unique|duplicate/i);
  });

  it("P4 I4: a step that did nothing is at its gate again, until it ends", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    const intent = {
      n: 0,
      kind: "tool",
      tool: "send",
      callId: "c1",
      arguments: "{}",
      identity: "agent",
    } as const;
    const back = () => store.write((tx) => tx.steps.back(run.id, 0));
    const stored = () => store.read((tx) => tx.steps.find(run.id, 0));
    await store.write((tx) => tx.steps.start(lease, intent, t0));
    await back();
    expect(await stored()).toMatchObject({ state: "started", gated: true });
    const begun = { n: 0, identity: "local:local:ana", arguments: "{}" };
    await store.write((tx) => tx.steps.begin(run.id, begun, t0 + 5));
    expect(await stored()).toEqual({
      run: run.id,
      ...intent,
      ...begun,
      state: "started",
      epoch: 1,
      startedAt: t0 + 5,
    });
    await store.write((tx) => tx.steps.finish(run.id, { n: 0, state: "done", result: "1" }, t0 + 6));
    await expect(back()).rejects.toBeInstanceOf(StepAlreadySettled);
  });

  it("I5: lets a person decide an unknown step, once", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    await store.write((tx) => tx.steps.start(lease, { n: 0, kind: "tool" }, t0));
    const decide = (result: string) =>
      store.write((tx) => tx.steps.decide(run.id, { n: 0, state: "done", result }, t0 + 2));

    expect(await decide("early")).toBe(false);
    await store.write((tx) => tx.steps.finish(run.id, { n: 0, state: "unknown", result: "?" }, t0 + 1));
    const decided = await Promise.all([decide("a"), decide("b")]);

    expect(decided.filter(Boolean)).toHaveLength(1);
    expect(await store.read((tx) => tx.steps.find(run.id, 0))).toMatchObject({
      state: "done",
      result: decided[0] ? "a" : "b",
      endedAt: t0 + 2,
    });
  });

  it("lists steps in order from a number on, of one run", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    const other = await aWorkingRun(store, "b");
    await store.write(async (tx) => {
      for (let n = 0; n < 12; n += 1) await aStep(tx, lease, n);
      await aStep(tx, other.lease, 0);
    });

    const steps = await store.read((tx) => tx.steps.list(run.id, 9));

    expect(steps.map(({ n }) => n)).toEqual([9, 10, 11]);
    expect(await store.read((tx) => tx.steps.find(run.id, 99))).toBeUndefined();
  });

  it("keeps a long result as it is", async () => {
    const { store } = current;
    const { run, lease } = await aWorkingRun(store, "a");
    const result = JSON.stringify({ text: "ž\0🦉\n".repeat(20_000) });
    await store.write(async (tx) => {
      await tx.steps.start(lease, { n: 0, kind: "tool" }, t0);
      await tx.steps.finish(run.id, { n: 0, state: "done", result }, t0);
    });

    expect((await store.read((tx) => tx.steps.find(run.id, 0)))?.result).toBe(result);
  });
}

function mailSuite(current: StoreCase): void {
  it("numbers the mail of each run from 1, and keeps it as it came", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    const other = await aWorkingRun(store, "b");
    const files = [{ id: "F1", name: "a.csv", sizeBytes: 3, ref: "r" }];
    const mail = { ...aMail(run.id, "only EU"), files };

    expect(await store.write((tx) => tx.mailbox.add(mail))).toBe(1);
    expect(await store.write((tx) => tx.mailbox.add(aMail(run.id, "more")))).toBe(2);
    expect(await store.write((tx) => tx.mailbox.add(aMail(other.run.id, "x")))).toBe(1);
    expect((await store.read((tx) => tx.mailbox.unread(run.id)))[0]).toEqual({ ...mail, seq: 1 });
  });

  it("MB1: gives concurrent mail distinct places", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");

    const places = await Promise.all(
      Array.from({ length: 12 }, (_, i) => store.write((tx) => tx.mailbox.add(aMail(run.id, `${i}`)))),
    );

    expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it("marks mail as read up to a place, by the step that read it first", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    await store.write(async (tx) => {
      for (const text of ["a", "b", "c"]) await tx.mailbox.add(aMail(run.id, text));
    });

    await store.write((tx) => tx.mailbox.consume(run.id, 1, 4));
    await store.write((tx) => tx.mailbox.consume(run.id, 2, 7));

    const texts = async (from: number) =>
      (await store.read((tx) => tx.mailbox.list(run.id, from))).map(({ text, consumedBy }) => [
        text,
        consumedBy,
      ]);
    expect(await texts(0)).toEqual([
      ["a", 4],
      ["b", 7],
      ["c", undefined],
    ]);
    expect(await texts(5)).toEqual([
      ["b", 7],
      ["c", undefined],
    ]);
    expect((await store.read((tx) => tx.mailbox.unread(run.id))).map(({ text }) => text)).toEqual(["c"]);
  });
}
