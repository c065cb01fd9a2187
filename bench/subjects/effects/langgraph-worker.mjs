// The process of `langgraph.mjs`.

import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { act } from "../../harness/effect-world.mjs";

const { file, databaseUrl, worldUrl, tasks } = JSON.parse(process.argv[2]);
const saver = await openSaver();
const State = Annotation.Root({ names: Annotation(), next: Annotation() });
const graph = new StateGraph(State)
  .addNode("step", async ({ names, next }) => {
    await act(worldUrl, { kind: "plain", name: names[next] });
    return { next: next + 1 };
  })
  .addEdge(START, "step")
  .addConditionalEdges("step", ({ names, next }) => (next < names.length ? "step" : END))
  .compile({ checkpointer: saver });

async function openSaver() {
  if (file === undefined) {
    const made = PostgresSaver.fromConnString(databaseUrl);
    await made.setup();
    return made;
  }
  const made = SqliteSaver.fromConnString(file);
  made.db.pragma("synchronous = FULL");
  return made;
}

async function goThrough({ mark, names }) {
  const config = { configurable: { thread_id: mark }, recursionLimit: names.length + 10, durability: "sync" };
  const known = await saver.getTuple(config);
  await graph.invoke(known === undefined ? { names, next: 0 } : null, config);
  process.send({ done: mark });
}

const takeUp = (list) => void Promise.all(list.map(goThrough));
process.on("message", (message) => takeUp(message.tasks));
process.on("disconnect", () => process.exit());
process.send({ ready: true });
takeUp(tasks);
