// DBOS, killed at random: a workflow with one effect per step; a process that comes back recovers what its executor left.

import { wreakHavocOn } from "../../harness/comparator-chaos.mjs";
import { freshDatabase } from "../../harness/postgres.mjs";

const worker = new URL("./dbos-worker.mjs", import.meta.url);

export const openSubject = ({ postgresUrl }) =>
  wreakHavocOn("dbos", worker, async () => ({ databaseUrl: await freshDatabase(postgresUrl) }));
