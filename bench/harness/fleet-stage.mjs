// The product over Postgres and Redis as a stage for tasks: who is asked, and which of the tasks have ended.

import { mkdir } from "node:fs/promises";
import { openFleet } from "./deputy-fleet.mjs";
import { effectTasks } from "./effect-tasks.mjs";

/** `makeTasks(options)` makes tasks whose effects are all `keyed`, known to the model from then on. */
export async function openFleetStage({
  world,
  servers,
  folder,
  profile = "postgres-redis",
  ...fleetOptions
}) {
  await mkdir(folder);
  const calls = new Map();
  const callsOf = (mark) => calls.get(mark) ?? [];
  const fleet = await openFleet({ profile, folder, world, callsOf, servers, ...fleetOptions });
  const ended = () => new Set([...fleet.results.values()].map(({ key }) => key)).size;
  return {
    ...fleet,
    makeTasks({ tasks, effects }) {
      const made = effectTasks({ tasks, effects, kinds: ["keyed"] });
      for (const task of made) {
        calls.set(
          task.mark,
          task.effects.map(({ name }) => ["do_keyed", { name }]),
        );
      }
      return made;
    },
    ended,
    isOver: () => ended() >= calls.size,
  };
}

/** The task that an effect is of. */
export function markOf({ name }) {
  return name.slice(0, name.indexOf("."));
}
