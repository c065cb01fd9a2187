import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asRunId, asWaitId } from "../../src/domain/ids.ts";
import type { Store, Tx } from "../../src/store/contract.ts";
import { postgresDialect } from "../../src/store/dialect.ts";
import { LeaseLost, StoreUnavailable } from "../../src/store/errors.ts";
import { connectionSettings, createPostgresStore } from "../../src/store/postgres.ts";
import { openSession } from "../../src/store/session.ts";
import { createTx } from "../../src/store/tx.ts";
import { type StoreBed, storeContract } from "../contracts/store-contract.ts";
import {
  aConversation,
  aMail,
  aMessage,
  aPost,
  aQuestion,
  aRun,
  aStep,
  aWorkingRun,
  roomy,
  runOf,
  spent,
  t0,
  tenant,
} from "../contracts/store-rows.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";

const nobodys = { run: asRunId("run_1"), epoch: 1, owner: "w" };
const named: ((tx: Tx) => Promise<unknown>)[] = [
  (tx) => tx.runs.claim({ run: nobodys.run, segment: 1 }, "w", 1, roomy, t0),
  (tx) => tx.runs.advance(nobodys, 0, 1, spent(1)),
  (tx) => tx.runs.park(nobodys, undefined),
  (tx) => tx.runs.wake(nobodys.run),
  (tx) => tx.runs.promise(nobodys.run, t0),
  (tx) => tx.inbox.route("in_1", "routed"),
  (tx) => tx.waits.resolve(asWaitId("wait_1"), { answer: "a", via: "text" }, t0),
  (tx) => tx.outbox.sent("k", undefined, t0),
];

/** Plans for whatever values, of the statements that were prepared. */
async function plansOf(client: pg.Client): Promise<string> {
  await client.query("set plan_cache_mode = force_generic_plan");
  const { rows } = await client.query<{ name: string; count: number }>(
    "select name, cardinality(parameter_types) as count from pg_prepared_statements where name <> ''",
  );
  const plans = await Promise.all(
    rows.map(async ({ name, count }) => {
      const values = Array.from({ length: count }, () => "null").join(", ");
      return client.query<{ "QUERY PLAN": string }>(`explain execute "${name}" (${values})`);
    }),
  );
  return plans.flatMap((plan) => plan.rows.map((row) => row["QUERY PLAN"])).join("\n");
}

function refused(error: unknown): void {
  if (!(error instanceof LeaseLost)) throw error;
}

describe.skipIf(!postgresIsInstalled())("store/postgres", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());

  storeContract("postgres", () => startBed(server));

  describe("alone", () => {
    let url: string;
    let store: Store;
    beforeAll(async () => {
      url = await server.createDatabase();
      store = await createPostgresStore({ url });
    });
    afterAll(() => store.close());

    const direct = async <T>(fn: (client: pg.Client) => Promise<T>): Promise<T> => {
      const client = new pg.Client({ connectionString: url });
      client.on("error", () => undefined);
      await client.connect();
      try {
        return await fn(client);
      } finally {
        await client.end();
      }
    };

    it("is migrated once by processes that start together", async () => {
      const fresh = await server.createDatabase();

      const stores = await Promise.all([1, 2, 3, 4].map(() => createPostgresStore({ url: fresh })));

      for (const opened of stores) {
        expect(await opened.read((tx) => tx.conversations.list())).toEqual([]);
        await opened.close();
      }
    });

    it("says what time it is there", async () => {
      const before = Date.now();
      const there = (await store.clock?.()) ?? 0;
      // Of the same machine, to the millisecond.
      expect(there).toBeGreaterThanOrEqual(before - 1);
      expect(there).toBeLessThanOrEqual(Date.now() + 1);
    });

    it("PG7: has no plan compiled", async () => {
      const client = new pg.Client(connectionSettings(url));
      await client.connect();
      const { rows } = await client.query<{ jit: string }>("show jit");
      await client.end();

      expect(rows).toEqual([{ jit: "off" }]);
    });

    it("PG8: finds a row that is named by its key, also in a new table", async () => {
      const fresh = await server.createDatabase();
      await (await createPostgresStore({ url: fresh })).close();
      const client = new pg.Client({ connectionString: fresh });
      await client.connect();
      const handle = {
        db: drizzle(client),
        dialect: postgresDialect,
        statements: new Map<string, unknown>(),
      };

      for (const change of named) await change(createTx(openSession(handle))).catch(refused);

      const plans = await plansOf(client);
      for (const key of ["runs_pkey", "inbox_id", "waits_pkey", "outbox_key"]) {
        expect(plans).toContain(`using ${key} `);
      }
      expect(plans).not.toMatch(/(using|on) (runs_(?!pkey)|inbox_(?!id)|waits_(?!pkey)|outbox_(?!key))/);
      await client.end();
    });

    it("PG2: runs a transaction again that a deadlock ended", async () => {
      const first = await aRun(store, "deadlock-1");
      const second = await aRun(store, "deadlock-2");
      let calls = 0;
      let locked = 0;
      let meet: () => void = () => undefined;
      const both = new Promise<void>((resolve) => (meet = resolve));
      const crossing = (one: typeof first, other: typeof first) =>
        store.write(async (tx) => {
          calls += 1;
          await tx.runs.requestStop(one.id, one.subject);
          locked += 1;
          if (locked === 2) meet();
          if (calls <= 2) await both;
          await tx.runs.requestStop(other.id, one.subject);
        });

      await Promise.all([crossing(first, second), crossing(second, first)]);

      expect(calls).toBeGreaterThan(2);
      expect((await runOf(store, first.id)).stopRequestedBy).toBe(first.subject);
    });

    it("PG5: reports a statement that nobody waited for, and undoes the transaction", async () => {
      const { run, lease } = await aWorkingRun(store, "pending");

      const written = store.write(async (tx) => {
        await tx.runs.advance(lease, 0, 1, spent(1));
        await tx.waits.open(aQuestion("wait_twice", run.id));
        await tx.waits.open(aQuestion("wait_twice", run.id));
        await tx.waits.forRun(run.id);
      });

      await expect(written).rejects.toMatchObject({ code: "23505" });
      expect((await runOf(store, run.id)).cursor).toBe(0);
      expect(await store.read((tx) => tx.waits.forRun(run.id))).toEqual([]);
    });

    it("PG5: does not take a rollback for a commit when a failure was swallowed", async () => {
      const conversation = await aConversation(store, "swallowed");

      const written = store.write(async (tx) => {
        await tx.outbox.add(aPost("swallowed", conversation), t0);
        await tx.mailbox.add(aMail(asRunId("run_none"), "x")).catch(() => undefined);
      });

      await expect(written).rejects.toMatchObject({ code: "store.tx_failed" });
      expect(await store.read((tx) => tx.outbox.find("swallowed"))).toBeUndefined();
    });

    it("prefers the caller's own error to what follows from it", async () => {
      const { lease } = await aWorkingRun(store, "own-error");

      const written = store.write((tx) => aStep(tx, { ...lease, epoch: 9 }, 0));

      await expect(written).rejects.toBeInstanceOf(LeaseLost);
    });

    it("fails with StoreUnavailable when the connection is cut in the middle, and works with the next", async () => {
      const conversation = await aConversation(store, "cut");

      const written = store.write(async (tx) => {
        await tx.outbox.add(aPost("cut", conversation), t0);
        await direct((client) =>
          client.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deputy' and state = 'idle in transaction'",
          ),
        );
        await tx.outbox.find("cut");
      });

      await expect(written).rejects.toBeInstanceOf(StoreUnavailable);
      expect(await store.read((tx) => tx.outbox.find("cut"))).toBeUndefined();
      expect(await store.write((tx) => tx.outbox.add(aPost("cut", conversation), t0))).toBe(true);
    });

    it("keeps statements and their values out of its errors", async () => {
      const conversation = await aConversation(store, "values");
      const event = aMessage("1", { text: "the secret of the house" });
      await direct((client) => client.query("alter table inbox rename to inbox_away"));

      const failed = await store
        .write((tx) => tx.inbox.add({ id: "i", tenant, conversation, event, dueAt: t0, now: t0 }))
        .catch((error: unknown) => error);

      await direct((client) => client.query("alter table inbox_away rename to inbox"));
      expect(failed).toBeInstanceOf(Error);
      expect(String(failed)).not.toContain("secret of the house");
    });

    it("I14: says which database cannot be reached, without the password", async () => {
      const opened = createPostgresStore({ url: "postgres://deputy:hunter2@127.0.0.1:1/none" });

      const error = await opened.catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(String(error)).toContain("127.0.0.1:1/none");
      expect(String(error)).not.toContain("hunter2");
    });

    it("S3: has every acknowledged write after the server was killed, and goes on by itself", async () => {
      const conversation = await aConversation(store, "killed");
      const acknowledged: string[] = [];
      const add = async (key: string): Promise<void> => {
        await store.write((tx) => tx.outbox.add(aPost(key, conversation), t0));
        acknowledged.push(key);
      };
      await Promise.all(Array.from({ length: 20 }, (_, i) => add(`early-${i}`)));
      const racing = Promise.allSettled(Array.from({ length: 50 }, (_, i) => add(`racing-${i}`)));

      await server.kill();
      const outcomes = await racing;
      await server.restart();

      const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(refused.filter((reason) => !(reason instanceof StoreUnavailable))).toEqual([]);
      const listed = await store.read((tx) => tx.outbox.list(conversation, 1_000));
      expect(listed.map(({ key }) => key)).toEqual(expect.arrayContaining(acknowledged));
      await add("after");
    });
  });
});

async function startBed(server: PostgresServer): Promise<StoreBed> {
  const url = await server.createDatabase();
  const open = (): Promise<Store> => createPostgresStore({ url });
  await (await open()).close();
  const direct = new pg.Client({ connectionString: url });
  await direct.connect();
  return {
    open,
    async execute(sql) {
      await direct.query(sql);
    },
    end: () => direct.end(),
  };
}
