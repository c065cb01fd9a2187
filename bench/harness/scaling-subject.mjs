// A subject of the case `scaling`: so many worker processes.

import { mkdir } from "node:fs/promises";
import { measureThroughput } from "./fleet-throughput.mjs";
import { makeScratch } from "./scratch.mjs";

export async function openScaling({ postgresUrl, redisUrl }, { workers, redisDatabase }) {
  const scratch = await makeScratch();
  const servers = { postgresUrl, redisUrl: `${redisUrl}/${redisDatabase}` };
  return {
    async measure(input) {
      const folder = scratch.nextFile("");
      await mkdir(folder);
      return measureThroughput({ folder, servers, workers, ...input });
    },
    close: () => scratch.remove(),
  };
}
