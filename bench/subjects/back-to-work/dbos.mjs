// DBOS: started again at once, it recovers what its executor left. Its processes don't watch each other without its paid conductor.

import { openStage } from "../../harness/comparator-chaos.mjs";
import { effectTasks } from "../../harness/effect-tasks.mjs";
import { freshDatabase } from "../../harness/postgres.mjs";
import { timeTakeovers } from "../../harness/time-takeover.mjs";

const worker = new URL("../effects/dbos-worker.mjs", import.meta.url);

export async function openSubject({ postgresUrl }) {
  return {
    measure: async ({ kills, effects }) => {
      const databaseUrl = await freshDatabase(postgresUrl);
      return timeTakeovers({
        kills,
        giveUpMs: 60_000,
        open: (world) => openStage(worker, { databaseUrl }, world),
        makeTasks: () => effectTasks({ tasks: 3, effects, kinds: ["plain"] }),
      });
    },
  };
}
