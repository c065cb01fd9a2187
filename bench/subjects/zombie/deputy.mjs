// A worker of the product that is frozen past its lease and thawed while another one has its runs.

import { openFleetStage } from "../../harness/fleet-stage.mjs";
import { ask } from "../../harness/postgres.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { wakeZombie } from "../../harness/wake-zombie.mjs";

/** What the owners before the one of the thaw wrote after it. */
const lateRows = `select count(*)::int as late from steps
  where run = $1 and epoch < $2 and (started_at > $3 or ended_at > $3)`;

export async function openSubject(servers) {
  const scratch = await makeScratch();
  return {
    measure: ({ effects }) =>
      wakeZombie({
        open: (world) =>
          openFleetStage({ world, servers, folder: scratch.nextFile(""), env: { DEPUTY_LEASE_MS: "3000" } }),
        makeTasks: (stage) => stage.makeTasks({ tasks: 6, effects }),
        async beforeThaw({ env, results }) {
          const thawedAt = Date.now();
          const epochs = await ask(env.DATABASE_URL, "select id, epoch from runs");
          return async () => {
            const rows = await Promise.all(
              epochs.map(({ id, epoch }) => ask(env.DATABASE_URL, lateRows, [id, epoch, thawedAt])),
            );
            const posts = [...results.values()];
            return {
              zombieRows: rows.reduce((sum, [{ late }]) => sum + late, 0),
              resultsTwice: posts.length - new Set(posts.map(({ key }) => key)).size,
            };
          };
        },
      }),
    close: () => scratch.remove(),
  };
}
