import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createLeaseKeeper } from "../../src/store/lease-keeper.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { aRun, claimed, runOf } from "../contracts/store-rows.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";

const leaseMs = 60_000;

describe.skipIf(!postgresIsInstalled())("store/lease-keeper", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());

  it("LK3 LK5: renews on Postgres, and gives up in time when the server is gone", async () => {
    const postgresUrl = await server.createDatabase();
    const store = await createPostgresStore({ url: postgresUrl });
    const clock = createManualClock(systemClock.now());
    const lost: number[] = [];
    const keeper = createLeaseKeeper({
      target: { postgresUrl },
      owner: "w1",
      leaseMs,
      renewEveryMs: 200,
      onLost: () => lost.push(clock.now()),
      log: silentLogger,
      clock,
    });
    const { id } = await aRun(store, "a");
    const { run, lease } = await claimed(store, id, "w1", systemClock.now());
    const newer = new pg.Client(postgresUrl); // LK5
    await newer.connect();
    await newer.query("insert into __drizzle_migrations (hash, created_at) values ('newer', 9999999999999)");
    await newer.end();
    const until = async (): Promise<number> => (await runOf(store, run.id)).leaseUntil ?? 0;
    const first = await until();

    keeper.hold(lease);
    await vi.waitFor(async () => expect(await until()).toBeGreaterThan(first));
    await server.kill();
    const killedAt = systemClock.now();
    expect(lost).toEqual([]);
    await clock.advance(killedAt + leaseMs - 2_000 - clock.now()); // while nobody else can have it

    expect(lost).toHaveLength(1);
    await keeper.stop();
    await store.close();
  });
});
