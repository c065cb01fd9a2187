// What the statement of a step adds to the contract that every store keeps (contracts/store-step-commit.ts).

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { aStepCommit, aTenant, chainOf, onRecord } from "../contracts/step-commit.ts";
import { runOf } from "../contracts/store-rows.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";

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

  it("PS3, AUD-2: a step whose event the server refuses is not committed", async () => {
    const tenant = aTenant();
    const change = await aStepCommit(store);
    const { events } = onRecord(tenant, change);
    const unwritable = events.map((event, i) => (i === 1 ? { ...event, run: asRunId("no\0room") } : event));

    await expect(store.commitStep({ ...change, events: unwritable })).rejects.toThrow(/0x00/);

    expect(await chainOf(store, tenant)).toEqual([]);
    expect((await runOf(store, change.lease.run)).cursor).toBe(1);
  });
});
