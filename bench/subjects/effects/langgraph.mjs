// LangGraph.js, killed at random: a node that goes round has one effect each time; a process that comes back takes up each thread
// from its last checkpoint. Its SQLite saver at FULL, or its Postgres saver.

import { wreakHavocOn } from "../../harness/comparator-chaos.mjs";
import { freshDatabase } from "../../harness/postgres.mjs";

const worker = new URL("./langgraph-worker.mjs", import.meta.url);

export const openSubject = ({ postgresUrl }) =>
  wreakHavocOn("langgraph", worker, async (profile, scratch) =>
    profile === "sqlite"
      ? { file: scratch.nextFile(".db") }
      : { databaseUrl: await freshDatabase(postgresUrl) },
  );
