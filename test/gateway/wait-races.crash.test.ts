import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { createGatewayWorld, type GatewayWorld } from "./gateway-world.ts";
import { waitRaces } from "./wait-races.ts";

describe.skipIf(!postgresIsInstalled())("gateway/wait-races on Postgres", () => {
  let server: PostgresServer;
  let url: string;
  let world: GatewayWorld;
  beforeAll(async () => {
    server = await startPostgresServer();
    url = await server.createDatabase();
    world = await createGatewayWorld({ store: await createPostgresStore({ url }) });
  });
  afterAll(async () => {
    await world.close();
    await server.stop();
  });

  waitRaces(() => world);

  it("nobody waited for a deadlock to be found: all lock a run before its waits", async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      "select deadlocks::int from pg_stat_database where datname = current_database()",
    );
    await client.end();

    expect(rows).toEqual([{ deadlocks: 0 }]);
  });
});
