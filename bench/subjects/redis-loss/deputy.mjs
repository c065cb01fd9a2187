// The product over Postgres and a Redis that goes. Segments are short, so that every run needs a bell again and again.

import { openFleetStage } from "../../harness/fleet-stage.mjs";
import { loseRedis } from "../../harness/lose-redis.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

export async function openSubject({ postgresUrl }) {
  const scratch = await makeScratch();
  return {
    measure: ({ how, tasks, effects }) =>
      loseRedis({
        how,
        async open(world, redisUrl) {
          const servers = { postgresUrl, redisUrl };
          const env = { DEPUTY_SLICE_MS: "500" };
          const stage = await openFleetStage({ world, servers, folder: scratch.nextFile(""), env });
          const asked = [];
          return {
            ...stage,
            makeTasks(options) {
              const made = stage.makeTasks(options);
              asked.push(...made.map(({ mark }) => mark));
              return made;
            },
            unfinished: () =>
              asked.filter(
                (mark) => ![...stage.results.values()].some(({ text }) => text.includes(`${mark} `)),
              ),
          };
        },
        makeTasks: (stage) => stage.makeTasks({ tasks, effects }),
      }),
    close: () => scratch.remove(),
  };
}
