import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../src/domain/run.ts";
import type { Step } from "../../src/domain/step.ts";
import type { StepCommit, Store } from "../../src/store/contract.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { aMail, aPerson, aWorkingRun, claimed, leaseMs, runOf, spent, t0 } from "../contracts/store-rows.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";

describe.skipIf(!postgresIsInstalled())("store/postgres-step", () => {
  let server: PostgresServer;
  let store: Store;
  let runs = 0;
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

  /** A working run with step 0 started, and the commit of its result with the intents of steps 1 and 2. */
  const begun = async (): Promise<StepCommit> => {
    runs += 1;
    const { lease } = await aWorkingRun(store, `step-${runs}`);
    await store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 1, spent(1));
      await tx.steps.start(lease, { n: 0, kind: "model" }, t0);
    });
    return {
      lease,
      cursor: 1,
      spent: spent(2),
      hears: true,
      results: [{ n: 0, state: "done", result: '{"text":"both \\"read\\""}' }],
      intents: [
        { n: 1, kind: "tool", tool: "read_file", callId: "c1", arguments: '{"path":"a"}', identity: "agent" },
        { n: 2, kind: "tool", tool: "read_file", callId: "c2", arguments: '{"path":"b"}' },
      ],
      now: t0 + 5,
    };
  };

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
});
