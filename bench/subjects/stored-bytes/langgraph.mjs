// The same log in a graph's state.

import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { databaseBytes } from "../../harness/database-bytes.mjs";
import { openLangGraph } from "../../harness/langgraph-loop.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

export async function openSubject() {
  const scratch = await makeScratch();
  return {
    async measure({ steps, bytes }) {
      const folder = scratch.nextFile("");
      await mkdir(folder);
      const graph = openLangGraph(path.join(folder, "graph.db"), { steps, bytes });

      const began = performance.now();
      await graph.goThrough(0);
      const ms = performance.now() - began;

      graph.close();
      const stored = await databaseBytes(folder);
      await rm(folder, { recursive: true });
      return { bytesOverPayload: stored / (steps * bytes), msPerStep: ms / steps };
    },
    close: () => scratch.remove(),
  };
}
