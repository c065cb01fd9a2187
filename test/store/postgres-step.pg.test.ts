import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Step } from "../../src/domain/step.ts";
import type { StepCommit, Store } from "../../src/store/contract.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { aMail, aPerson, claimed, leaseMs, runOf, spent, t0 } from "../contracts/store-rows.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { aStepCommit, aTenant, chainOf, onRecord } from "./step-commit.ts";

describe.skipIf(!postgresIsInstalled())("store/postgres-step", () => {
  let server: PostgresServer;
  let store: Store;
  beforeAll(async () => {
    server = await startPostgresServer();
    store = await createPostgresStore({ url: await server.createDatabase() });
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  const commit = async (change: StepCommit): Promise<boolean> => (await store.commitStep?.(change)) ?? false;
  const stepsOf = (run: Run["id"]): Promise<Step[]> => store.read((tx) => tx.steps.list(run, 0));

  const begun = (): Promise<StepCommit> => aStepCommit(store);

  it("PS1: writes results, intents, cursor and spent together, as the transaction would", async () => {
    const change = await begun();

    expect(await commit(change)).toBe(true);

    const { run, epoch } = change.lease;
    expect(await runOf(store, run)).toMatchObject({
      cursor: 3,
      spent: spent(2),
      state: "working",
      retries: 0,
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

  it("writes results alone, and intents alone", async () => {
    const change = await begun();

    expect(await commit({ ...change, intents: [] })).toBe(true);
    expect(await commit({ ...change, results: [] })).toBe(true);

    const { run } = change.lease;
    expect((await stepsOf(run)).map(({ n, state }) => [n, state])).toEqual([
      [0, "done"],
      [1, "started"],
      [2, "started"],
    ]);
    expect((await runOf(store, run)).cursor).toBe(3);
  });

  const refused: readonly (readonly [string, (change: StepCommit) => Promise<StepCommit>])[] = [
    ["I8: an epoch that is over", async (change) => ({ ...change, lease: { ...change.lease, epoch: 0 } })],
    ["I8: another owner", async (change) => ({ ...change, lease: { ...change.lease, owner: "worker-2" } })],
    ["I8: another place", async (change) => ({ ...change, cursor: 0 })],
    [
      "I8: a run that was taken over",
      async (change) => {
        await claimed(store, change.lease.run, "worker-2", t0 + leaseMs + 1);
        return change;
      },
    ],
    [
      "I4: a step that has its result",
      async (change) => {
        await store.write((tx) =>
          tx.steps.finish(change.lease.run, { n: 0, state: "failed", result: "{}" }, t0),
        );
        return change;
      },
    ],
    [
      "mail that is unread",
      async (change) => {
        await store.write((tx) => tx.mailbox.add(aMail(change.lease.run, "wait")));
        return change;
      },
    ],
    [
      "a stop that was asked for",
      async (change) => {
        await store.write((tx) => tx.runs.requestStop(change.lease.run, aPerson("U1")));
        return change;
      },
    ],
  ];

  it.each(refused)("PS1: writes nothing for %s", async (_, spoil) => {
    const change = await spoil(await begun());
    const before = [await runOf(store, change.lease.run), await stepsOf(change.lease.run)];

    expect(await commit(change)).toBe(false);

    expect([await runOf(store, change.lease.run), await stepsOf(change.lease.run)]).toEqual(before);
  });

  it("leaves mail alone that the next step does not read", async () => {
    const change = await begun();
    await store.write((tx) => tx.mailbox.add(aMail(change.lease.run, "later")));

    expect(await commit({ ...change, hears: false })).toBe(true);
  });

  it("PS3, AU2: puts events in their places and keeps payloads, as the transaction would", async () => {
    const tenant = aTenant();
    const change = await begun();
    const { run } = change.lease;
    const { events, payloads } = onRecord(tenant, change);

    expect(await commit({ ...change, events, payloads })).toBe(true);
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

  it.each(refused)("PS3: nothing goes on record for %s", async (_, spoil) => {
    const tenant = aTenant();
    const change = await spoil(await begun());

    expect(await commit({ ...change, ...onRecord(tenant, change) })).toBe(false);

    expect(await chainOf(store, tenant)).toEqual([]);
    expect(await store.read((tx) => tx.audit.payload(change.lease.run, 0, "result"))).toBeUndefined();
  });

  it("AUD-2: a step whose event can't be written is not committed", async () => {
    const tenant = aTenant();
    const change = await begun();
    const { events } = onRecord(tenant, change);
    const unwritable = events.map((event, i) => (i === 1 ? { ...event, run: asRunId("no\0room") } : event));

    await expect(commit({ ...change, events: unwritable })).rejects.toThrow(/0x00/);

    expect(await chainOf(store, tenant)).toEqual([]);
    expect((await runOf(store, change.lease.run)).cursor).toBe(1);
  });
});
