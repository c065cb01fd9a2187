// LangGraph.js with its Postgres saver (harness/langgraph-loop.mjs says how).

import { openLangGraphPg } from "../../harness/langgraph-loop.mjs";
import { freshDatabase } from "../../harness/postgres.mjs";

let name = 0;

export async function openSubject({ postgresUrl }) {
  const database = await freshDatabase(postgresUrl);
  return {
    async measure({ runs, together, steps, bytes }) {
      const graph = await openLangGraphPg(database, { steps, bytes });

      const began = performance.now();
      for (let first = 0; first < runs; first += together) {
        await Promise.all(Array.from({ length: together }, () => graph.goThrough((name += 1))));
      }
      const ms = performance.now() - began;

      await graph.close();
      return { msPerStep: ms / (runs * steps) };
    },
  };
}
