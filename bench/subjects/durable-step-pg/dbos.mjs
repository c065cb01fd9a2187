// DBOS: a workflow of so many steps, each recorded before the next one begins. Its own pool and settings, logs off.

import { DBOS } from "@dbos-inc/dbos-sdk";
import { launchDbos } from "../../harness/dbos.mjs";
import { freshDatabase } from "../../harness/postgres.mjs";
import { textOf } from "../../harness/texts.mjs";

export async function openSubject({ postgresUrl }) {
  const goThrough = DBOS.registerWorkflow(
    async (steps, bytes) => {
      let done = 0;
      for (let n = 0; n < steps; n += 1) {
        const text = await DBOS.runStep(() => Promise.resolve(textOf(bytes, n)), { name: "look" });
        done += text.length > 0 ? 1 : 0;
      }
      return done;
    },
    { name: "go-through" },
  );
  await launchDbos(await freshDatabase(postgresUrl));
  return {
    async measure({ runs, together, steps, bytes }) {
      const began = performance.now();
      for (let first = 0; first < runs; first += together) {
        const some = Array.from({ length: together }, () => goThrough(steps, bytes));
        for (const done of await Promise.all(some)) {
          if (done !== steps) throw new Error("The workflow did not go all the way");
        }
      }
      return { msPerStep: (performance.now() - began) / (runs * steps) };
    },
    close: () => DBOS.shutdown(),
  };
}
