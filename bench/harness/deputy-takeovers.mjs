// The product in the case `back-to-work`.

import { openFleetStage } from "./fleet-stage.mjs";
import { makeScratch } from "./scratch.mjs";
import { timeTakeovers } from "./time-takeover.mjs";

export async function openTakeovers(servers, fleetOptions) {
  const scratch = await makeScratch();
  return {
    measure: ({ kills, effects }) =>
      timeTakeovers({
        kills,
        giveUpMs: 60_000,
        open: (world) => openFleetStage({ world, servers, folder: scratch.nextFile(""), ...fleetOptions }),
        makeTasks: (stage) => stage.makeTasks({ tasks: 3, effects }),
      }),
    close: () => scratch.remove(),
  };
}
