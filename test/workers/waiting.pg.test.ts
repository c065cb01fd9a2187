import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { waitingContract } from "../contracts/waiting-contract.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { park } from "../support/parked-runs.ts";

describe.skipIf(!postgresIsInstalled())("waiting at scale on postgres", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());

  const open = async (): Promise<{ store: Store; client: pg.Client; close: () => Promise<void> }> => {
    const url = await server.createDatabase();
    const store = await createPostgresStore({ url });
    const client = new pg.Client(url);
    await client.connect();
    return {
      store,
      client,
      async close() {
        await client.end();
        await store.close();
      },
    };
  };

  waitingContract("postgres", async () => {
    const { store, client, close } = await open();
    return { store, execute: async (sql) => void (await client.query(sql)), close };
  });

  it("T3: reads no parked run and no open wait that is not due, through indexes alone", async () => {
    const { store, client, close } = await open();
    const execute = async (sql: string): Promise<void> => void (await client.query(sql));
    const read = async (): Promise<{ scans: number; scanned: number; indexed: number }> => {
      const { rows } = await client.query<{ scans: string; scanned: string; indexed: string }>(
        `select sum(seq_scan + idx_scan) as scans, sum(seq_tup_read) as scanned, sum(idx_tup_fetch) as indexed
         from pg_stat_user_tables where relname in ('runs', 'waits')`,
      );
      return {
        scans: Number(rows[0]?.scans),
        scanned: Number(rows[0]?.scanned),
        indexed: Number(rows[0]?.indexed),
      };
    };
    try {
      const now = 1_000_000;
      await park(store, execute, { name: "asked", copies: 5_000 });
      await park(store, execute, { name: "later", copies: 2_500, dueAt: now + 60_000 });
      await park(store, execute, { name: "timed", copies: 2_500, wakeAt: now + 60_000 });
      await park(store, execute, { name: "due", copies: 3, dueAt: now - 1 });
      await park(store, execute, { name: "timer", copies: 3, wakeAt: now - 1 });
      await execute("analyze");
      const before = await read();

      const roomy = { perPerson: 10, perTenant: 10 };
      expect(await store.read((tx) => tx.waits.due(now, 200))).toHaveLength(3);
      expect(await store.read((tx) => tx.runs.dueWaiting(now, 200))).toHaveLength(3);
      expect(await store.write((tx) => tx.waits.takeNudges(now, 200))).toEqual([]);
      expect(await store.read((tx) => tx.runs.overdue(now, 200))).toEqual([]);
      expect(await store.read((tx) => tx.runs.runnable(now, roomy, 200))).toEqual([]);
      expect(await store.read((tx) => tx.runs.leaseOwners(now))).toEqual([]);

      // What its sessions counted comes to the statistics when they end.
      await store.close();
      await vi.waitFor(async () => expect((await read()).scans).toBeGreaterThan(before.scans), {
        timeout: 20_000,
        interval: 100,
      });
      const after = await read();
      expect(after.scanned - before.scanned).toBe(0);
      expect(after.indexed - before.indexed).toBeLessThanOrEqual(100);
    } finally {
      await close();
    }
  }, 60_000);
});
