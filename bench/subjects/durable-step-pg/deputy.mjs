// The product's loop on Postgres: claim, opening, one fenced transaction per step, final message. Model and tool answer at once.

import { lookTool } from "../../harness/look-tool.mjs";
import { freshDatabase } from "../../harness/postgres.mjs";
import { openPlace, queueRun, runtimeOn, workThrough } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { stubModel } from "../../harness/stub-model.mjs";

export async function openSubject({ postgresUrl }) {
  const scratch = await makeScratch();
  const place = await openPlace(scratch.nextFile(""), { databaseUrl: await freshDatabase(postgresUrl) });
  return {
    async measure({ runs, together, steps, bytes }) {
      const model = stubModel({ turns: steps / 2, bytes });
      const runtime = runtimeOn(place, { model, tools: [lookTool(bytes)] });
      const queued = [];
      for (let run = 0; run < runs; run += 1) queued.push(await queueRun(place));
      let done = 0;

      const began = performance.now();
      for (let first = 0; first < runs; first += together) {
        const some = queued.slice(first, first + together);
        const spent = await Promise.all(some.map((run) => workThrough(place, runtime, run)));
        done += spent.reduce((sum, run) => sum + run.steps, 0);
      }
      const ms = performance.now() - began;

      if (done !== runs * steps) throw new Error(`${done} steps were journalled, not ${runs * steps}`);
      return { msPerStep: ms / done };
    },
    async close() {
      await place.close();
      await scratch.remove();
    },
  };
}
