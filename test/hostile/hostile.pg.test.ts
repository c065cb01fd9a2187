// The attacks of the suite with Postgres: every fourth by default, all of them with DEPUTY_HOSTILE=all.

import { afterAll, beforeAll, describe } from "vitest";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { describeAttacks } from "./suite.ts";

describe.skipIf(!postgresIsInstalled())("hostile: with Postgres", () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgresServer();
  });
  afterAll(() => postgres.stop());

  describeAttacks(
    async () => createPostgresStore({ url: await postgres.createDatabase() }),
    process.env["DEPUTY_HOSTILE"] === "all" ? 1 : 4,
  );
});
