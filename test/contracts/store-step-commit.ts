// S6: what most steps commit, in the quick way; the transaction of the same step would write the same.

import { describe, expect, it } from "vitest";
import type { Run } from "../../src/domain/run.ts";
import type { Step } from "../../src/domain/step.ts";
import type { StepCommit, Store } from "../../src/store/contract.ts";
import { aStepCommit, aTenant, chainOf, onRecord } from "./step-commit.ts";
import type { StoreCase } from "./store-contract.ts";
import { aMail, aPerson, claimed, leaseMs, runOf, spent, t0 } from "./store-rows.ts";

type Spoil = (change: StepCommit, store: Store) => Promise<StepCommit>;

const refused: readonly (readonly [string, Spoil])[] = [
  ["I8: an epoch that is over", async (change) => ({ ...change, lease: { ...change.lease, epoch: 0 } })],
  ["I8: another owner", async (change) => ({ ...change, lease: { ...change.lease, owner: "worker-2" } })],
  ["I8: another place", async (change) => ({ ...change, cursor: 0 })],
  [
    "I8: a run that was taken over",
    async (change, store) => {
      await claimed(store, change.lease.run, "worker-2", t0 + leaseMs + 1);
      return change;
    },
  ],
  [
    "I8: a run that was let go of",
    async (change, store) => {
      await store.write((tx) => tx.runs.park(change.lease, undefined));
      return change;
    },
  ],
  [
    "I4: a step that has its result",
    async (change, store) => {
      await store.write((tx) =>
        tx.steps.finish(change.lease.run, { n: 0, state: "failed", result: "{}" }, t0),
      );
      return change;
    },
  ],
  [
    "I4: one of two steps that was never started",
    async (change) => ({
      ...change,
      results: [...change.results, { n: 7, state: "done", result: "{}" }],
    }),
  ],
  [
    "mail that is unread",
    async (change, store) => {
      await store.write((tx) => tx.mailbox.add(aMail(change.lease.run, "wait")));
      return change;
    },
  ],
  [
    "a stop that was asked for",
    async (change, store) => {
      await store.write((tx) => tx.runs.requestStop(change.lease.run, aPerson("U1")));
      return change;
    },
  ],
];

export function stepCommitSuite(current: StoreCase): void {
  const stepsOf = (run: Run["id"]): Promise<Step[]> => current.store.read((tx) => tx.steps.list(run, 0));

  it("S6: writes results, intents, cursor and spent together, as the transaction would", async () => {
    const { store } = current;
    const change = await aStepCommit(store);

    expect(await store.commitStep(change)).toBe(true);

    const { run, epoch } = change.lease;
    expect(await runOf(store, run)).toMatchObject({
      cursor: 3,
      spent: spent(2),
      state: "working",
      retries: 0,
      barrenClaims: 0,
    });
    expect(await stepsOf(run)).toEqual([
      {
        run,
        n: 0,
        kind: "model",
        state: "done",
        result: '{"text":"both \\"read\\""}',
        epoch,
        startedAt: t0,
        endedAt: t0 + 5,
      },
      { ...change.intents[0], run, state: "started", epoch, startedAt: t0 + 5 },
      { ...change.intents[1], run, state: "started", epoch, startedAt: t0 + 5 },
    ]);
  });

  it("S6: writes results alone, and intents alone", async () => {
    const { store } = current;
    const change = await aStepCommit(store);

    expect(await store.commitStep({ ...change, intents: [] })).toBe(true);
    expect(await store.commitStep({ ...change, results: [] })).toBe(true);

    const { run } = change.lease;
    expect((await stepsOf(run)).map(({ n, state }) => [n, state])).toEqual([
      [0, "done"],
      [1, "started"],
      [2, "started"],
    ]);
    expect((await runOf(store, run)).cursor).toBe(3);
  });

  it("S6, P4: writes of an intent that it waits at its gate", async () => {
    const { store } = current;
    const change = await aStepCommit(store);
    const [, waiting] = change.intents;
    const intents = change.intents.map((intent) => ({
      ...intent,
      ...(intent === waiting && { gated: true }),
    }));

    expect(await store.commitStep({ ...change, intents })).toBe(true);

    expect((await stepsOf(change.lease.run)).map(({ n, gated }) => [n, gated])).toEqual([
      [0, undefined],
      [1, undefined],
      [2, true],
    ]);
  });

  it.each(refused)("S6: writes nothing for %s", async (_, spoil) => {
    const { store } = current;
    const change = await spoil(await aStepCommit(store), store);
    const before = [await runOf(store, change.lease.run), await stepsOf(change.lease.run)];

    expect(await store.commitStep(change)).toBe(false);

    expect([await runOf(store, change.lease.run), await stepsOf(change.lease.run)]).toEqual(before);
  });

  it("S6: leaves mail alone that the next step does not read", async () => {
    const { store } = current;
    const change = await aStepCommit(store);
    await store.write((tx) => tx.mailbox.add(aMail(change.lease.run, "later")));

    expect(await store.commitStep({ ...change, hears: false })).toBe(true);
  });

  it("S2: of several at once each succeeds or fails alone", async () => {
    const { store } = current;
    const changes = [await aStepCommit(store), await aStepCommit(store), await aStepCommit(store)] as const;
    const [first, second, third] = changes;

    const written = await Promise.all([
      store.commitStep(first),
      store.commitStep({ ...second, cursor: 0 }),
      store.commitStep(third),
    ]);

    expect(written).toEqual([true, false, true]);
    const cursors = changes.map(async ({ lease }) => (await runOf(store, lease.run)).cursor);
    expect(await Promise.all(cursors)).toEqual([3, 1, 3]);
  });

  describe("on record", () => {
    onRecordSuite(current);
  });
}

function onRecordSuite(current: StoreCase): void {
  it("S6, AU2: puts events in their places and keeps payloads, as the transaction would", async () => {
    const { store } = current;
    const tenant = aTenant();
    const change = await aStepCommit(store);
    const { run } = change.lease;
    const { events, payloads } = onRecord(tenant, change);

    expect(await store.commitStep({ ...change, events, payloads })).toBe(true);
    await store.write(async (tx) => {
      for (const event of events) await tx.audit.append(event);
    });

    const types = [`tool.done ${run}`, `tool.started ${run}`];
    expect(await chainOf(store, tenant)).toEqual([...types, ...types]);
    const lines = (await store.read((tx) => tx.audit.list(tenant, 0, 10))).map(({ line }) => line);
    const said = (line = ""): unknown => ({ ...JSON.parse(line), seq: 0, prev_hash: "" });
    expect(said(lines[0])).toEqual(said(lines[2]));
    expect(await store.read((tx) => tx.audit.payload(run, 0, "result"))).toEqual(
      payloads[0] && { ...payloads[0], keptAt: t0 + 5 },
    );
  });

  it.each(refused)("S6: nothing goes on record for %s", async (_, spoil) => {
    const { store } = current;
    const tenant = aTenant();
    const change = await spoil(await aStepCommit(store), store);

    expect(await store.commitStep({ ...change, ...onRecord(tenant, change) })).toBe(false);

    expect(await chainOf(store, tenant)).toEqual([]);
    expect(await store.read((tx) => tx.audit.payload(change.lease.run, 0, "result"))).toBeUndefined();
  });

  it("AUD-2: a step whose event can't be written is not committed, and another at once is", async () => {
    const { store } = current;
    const tenant = aTenant();
    const [change, other] = [await aStepCommit(store), await aStepCommit(store)];
    const { events, payloads } = onRecord(tenant, change);
    const unwritable = events.map((event, i) =>
      i === 1 ? { ...event, data: { count: Number.NaN } } : event,
    );

    const [failed, landed] = await Promise.allSettled([
      store.commitStep({ ...change, events: unwritable, payloads }),
      store.commitStep({ ...other, ...onRecord(tenant, other) }),
    ]);

    expect([failed.status, landed.status]).toEqual(["rejected", "fulfilled"]);
    expect(await chainOf(store, tenant)).toEqual([
      `tool.done ${other.lease.run}`,
      `tool.started ${other.lease.run}`,
    ]);
    const { run } = change.lease;
    expect((await runOf(store, run)).cursor).toBe(1);
    expect((await store.read((tx) => tx.steps.list(run, 0))).map(({ state }) => state)).toEqual(["started"]);
    expect(await store.read((tx) => tx.audit.payload(run, 0, "result"))).toBeUndefined();
  });
}
