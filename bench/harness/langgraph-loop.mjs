// LangGraph.js with its SQLite saver at FULL: a graph of one node that goes round, each time adding to a log in its state. A step
// is a super-step; `durability: "sync"` commits its checkpoint before the next one starts, as a durable step has to.

import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { textOf } from "./texts.mjs";

export function openLangGraph(file, { steps, bytes }) {
  const saver = SqliteSaver.fromConnString(file);
  saver.db.pragma("synchronous = FULL");
  const graph = loopGraph(steps, bytes, saver);
  return {
    async goThrough(run) {
      const { log } = await graph.invoke(
        { log: [] },
        { configurable: { thread_id: `run-${run}` }, recursionLimit: steps + 10, durability: "sync" },
      );
      if (log.length !== steps) throw new Error("The graph did not go all the way");
    },
    close: () => saver.db.close(),
  };
}

function loopGraph(steps, bytes, checkpointer) {
  const State = Annotation.Root({
    log: Annotation({ reducer: (log, added) => [...log, ...added], default: () => [] }),
  });
  return new StateGraph(State)
    .addNode("step", ({ log }) => ({ log: [textOf(bytes, log.length)] }))
    .addEdge(START, "step")
    .addConditionalEdges("step", ({ log }) => (log.length < steps ? "step" : END))
    .compile({ checkpointer });
}
