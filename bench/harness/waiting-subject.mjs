// A subject of the case `waiting`: so many waiting runs, made once; each round a fresh process works above them.

import { makeScratch } from "./scratch.mjs";
import { startSide } from "./side-process.mjs";

const folderOf = (file) => new URL(`../subjects/waiting/${file}.mjs`, import.meta.url);

export async function openWaiting(runs) {
  const scratch = await makeScratch();
  const folder = scratch.nextFile("");
  const maker = await startSide(folderOf("make-waiting"), { folder });
  await maker.ask({ runs });
  await maker.close();
  return {
    async measure({ settleMs, wakes }) {
      const world = await startSide(folderOf("waiting-world"), { folder });
      const figures = await world.ask({ settleMs, wakes });
      await world.close();
      return figures;
    },
    close: () => scratch.remove(),
  };
}
