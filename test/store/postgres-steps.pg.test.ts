// Steps of several runs that are committed together (GC1 to GC4).

import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StepCommit, Store } from "../../src/store/contract.ts";
import { CommitUnknown } from "../../src/store/errors.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { aStepCommit, aTenant, chainOf, onRecord } from "../contracts/step-commit.ts";
import { runOf } from "../contracts/store-rows.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { startTcpProxy, type TcpProxy } from "../servers/tcp-proxy.ts";

const many = 8;

describe.skipIf(!postgresIsInstalled())("store/postgres-steps", () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  let url: string;
  let store: Store;
  let tenant: ReturnType<typeof aTenant>;
  beforeAll(async () => {
    server = await startPostgresServer();
    url = await server.createDatabase();
    proxy = await startTcpProxy(Number(new URL(url).port));
    const through = new URL(url);
    through.port = `${proxy.port}`;
    store = await createPostgresStore({ url: through.href });
  });
  beforeEach(() => {
    tenant = aTenant();
  });
  afterEach(() => proxy.judge(() => "pass"));
  afterAll(async () => {
    await store.close();
    await proxy.close();
    await server.stop();
  });

  const commit = (change: StepCommit): Promise<boolean> => store.commitStep(change);
  const recorded = async (of = tenant): Promise<StepCommit> => {
    const change = await aStepCommit(store);
    return { ...change, ...onRecord(of, change) };
  };
  const several = async (): Promise<StepCommit[]> => {
    const changes: StepCommit[] = [];
    for (let i = 0; i < many; i += 1) changes.push(await recorded());
    return changes;
  };
  const cursors = (changes: readonly StepCommit[]): Promise<number[]> =>
    Promise.all(changes.map(async ({ lease }) => (await runOf(store, lease.run)).cursor));
  const direct = async <T>(fn: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await fn(client);
    } finally {
      await client.end();
    }
  };
  const onRecordOf = (changes: readonly StepCommit[]): string[] =>
    changes.flatMap(({ lease: { run } }) => [`tool.done ${run}`, `tool.started ${run}`]);

  it("S2, SA1: those that come at once share a transaction, and follow one another in the chain", async () => {
    const changes = await several();

    expect(await Promise.all(changes.map(commit))).toEqual(changes.map(() => true));

    expect(await cursors(changes)).toEqual(changes.map(() => 3));
    expect((await chainOf(store, tenant)).toSorted()).toEqual(onRecordOf(changes).toSorted());
    const { rows } = await direct((client) =>
      client.query("select distinct xmin::text from steps where n = 1 and run = any($1)", [
        changes.map(({ lease }) => lease.run),
      ]),
    );
    expect(rows.length).toBeLessThan(many / 2);
  });

  it("GC2: one whose fence does not hold writes nothing, and the others land", async () => {
    const changes = await several();
    const late = changes.map((change, i) =>
      i % 3 === 1 ? { ...change, lease: { ...change.lease, epoch: 0 } } : change,
    );

    expect(await Promise.all(late.map(commit))).toEqual(late.map((_, i) => i % 3 !== 1));

    expect(await cursors(changes)).toEqual(late.map((_, i) => (i % 3 === 1 ? 1 : 3)));
    const landed = changes.filter((_, i) => i % 3 !== 1);
    expect((await chainOf(store, tenant)).toSorted()).toEqual(onRecordOf(landed).toSorted());
  });

  it("GC2: one that the database refuses fails alone", async () => {
    const changes = await several();
    const asked = changes.map((change, i) =>
      i === 5 ? { ...change, intents: [{ n: 2 ** 40, kind: "model" as const }] } : change,
    );

    const outcomes = await Promise.allSettled(asked.map(commit));

    expect(outcomes.map(({ status }) => status)).toEqual(
      asked.map((_, i) => (i === 5 ? "rejected" : "fulfilled")),
    );
    expect(await cursors(changes)).toEqual(asked.map((_, i) => (i === 5 ? 1 : 3)));
    const landed = changes.filter((_, i) => i !== 5);
    expect((await chainOf(store, tenant)).toSorted()).toEqual(onRecordOf(landed).toSorted());
  });

  it("GC3: a run that somebody holds keeps none of the others up", async () => {
    const changes = await several();
    const held = changes[5]?.lease.run;

    await direct(async (client) => {
      await client.query("begin");
      await client.query("select from runs where id = $1 for update", [held]);
      const commits = changes.map(commit);
      const others = commits.filter((_, i) => i !== 5);
      expect(await Promise.all(others)).toEqual(others.map(() => true));
      await client.query("commit");
      expect(await commits[5]).toBe(true);
    });

    expect((await chainOf(store, tenant)).toSorted()).toEqual(onRecordOf(changes).toSorted());
  });

  it("GC3: a head that somebody holds is waited for", async () => {
    await commit(await recorded());
    const changes = await several();

    await direct(async (client) => {
      await client.query("begin");
      await client.query("select from audit_heads where tenant = $1 for update", [tenant]);
      const commits = Promise.all(changes.map(commit));
      await client.query("select pg_sleep(0.2)"); // four moments
      await client.query("commit");
      expect(await commits).toEqual(changes.map(() => true));
    });

    expect(await chainOf(store, tenant)).toHaveLength(2 + 2 * many);
  });

  it("AU1: several tenants' chains cross no deadlock", async () => {
    const other = aTenant();
    const changes = await Promise.all(
      Array.from({ length: 2 * many }, (_, i) => recorded(i % 2 === 0 ? tenant : other)),
    );

    expect(await Promise.all(changes.map(commit))).toEqual(changes.map(() => true));

    expect(await chainOf(store, tenant)).toHaveLength(2 * many);
    expect(await chainOf(store, other)).toHaveLength(2 * many);
  });

  it.each(["lost", "unanswered"] as const)(
    "GC4, PG4: where COMMIT is %s the fate of each is unknown, and the same for all",
    async (passage) => {
      const changes = await several();
      proxy.judge((piece) => (piece.includes("commit\0") ? passage : "pass"));

      const outcomes = await Promise.allSettled(changes.map(commit));

      proxy.judge(() => "pass");
      const unknown = outcomes.map((one) => one.status === "rejected" && one.reason instanceof CommitUnknown);
      expect(unknown.filter(Boolean).length).toBeGreaterThan(many / 2);
      await expect
        .poll(async () => (await cursors(changes)).filter((at) => at === 3).length)
        .toBe(passage === "lost" ? unknown.filter((it) => !it).length : many);
      const landed = await cursors(changes);
      const onIt = changes.filter((_, i) => landed[i] === 3);
      expect((await chainOf(store, tenant)).toSorted()).toEqual(onRecordOf(onIt).toSorted());
    },
  );
});
