// The process of `dbos.mjs`.

import { DBOS } from "@dbos-inc/dbos-sdk";
import { launchDbos } from "../../harness/dbos.mjs";
import { act } from "../../harness/effect-world.mjs";

const { databaseUrl, worldUrl, tasks } = JSON.parse(process.argv[2]);
const goThrough = DBOS.registerWorkflow(
  async (names) => {
    for (const name of names)
      await DBOS.runStep(() => act(worldUrl, { kind: "plain", name }), { name: "act" });
  },
  { name: "go-through" },
);

/** The same id is the same workflow: one that was begun is waited for, recovered or not. */
async function begin({ mark, names }) {
  const handle = await DBOS.startWorkflow(goThrough, { workflowID: mark })(names);
  await handle.getResult();
  process.send({ done: mark });
}

const takeUp = (list) => void Promise.all(list.map(begin));
process.on("message", (message) => takeUp(message.tasks));
process.on("disconnect", () => process.exit());
await launchDbos(databaseUrl);
process.send({ ready: true });
takeUp(tasks);
