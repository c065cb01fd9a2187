// LangGraph.js at FULL (harness/langgraph-loop.mjs says how).

import { openLangGraph } from "../../harness/langgraph-loop.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

export async function openSubject() {
  const scratch = await makeScratch();
  return {
    async measure({ runs, together, steps, bytes }) {
      const graph = openLangGraph(scratch.nextFile(".db"), { steps, bytes });

      const began = performance.now();
      for (let first = 0; first < runs; first += together) {
        await Promise.all(Array.from({ length: together }, (_, place) => graph.goThrough(first + place)));
      }
      const ms = performance.now() - began;

      graph.close();
      return { msPerStep: ms / (runs * steps) };
    },
    close: () => scratch.remove(),
  };
}
