// LangGraph.js with a saver: a graph of one node that goes round, each time adding to a log in its state. A step is a super-step;
// `durability: "sync"` commits its checkpoint before the next one starts, as a durable step has to.

import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { textOf } from "./texts.mjs";

/** Its SQLite saver at FULL. */
export function openLangGraph(file, { steps, bytes }) {
  const saver = SqliteSaver.fromConnString(file);
  saver.db.pragma("synchronous = FULL");
  return { ...loopOn(saver, steps, bytes), close: () => saver.db.close() };
}

export async function openLangGraphPg(url, { steps, bytes }) {
  const saver = PostgresSaver.fromConnString(url);
  await saver.setup();
  return { ...loopOn(saver, steps, bytes), close: () => saver.end() };
}

function loopOn(saver, steps, bytes) {
  const graph = loopGraph(steps, bytes, saver);
  return {
    async goThrough(run) {
      const { log } = await graph.invoke(
        { log: [] },
        { configurable: { thread_id: `run-${run}` }, recursionLimit: steps + 10, durability: "sync" },
      );
      if (log.length !== steps) throw new Error("The graph did not go all the way");
    },
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
