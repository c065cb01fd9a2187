// The product, killed at random over either profile: effects of every repeatability, doubts settled by a person who looks.

import { mkdir } from "node:fs/promises";
import { wreakHavoc } from "../../harness/chaos.mjs";
import { openFleet } from "../../harness/deputy-fleet.mjs";
import { effectTasks } from "../../harness/effect-tasks.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

export async function openSubject(servers) {
  const scratch = await makeScratch();
  let round = 0;
  return {
    async measure({ profile, kills, atOnce, effects }) {
      round += 1;
      const folder = scratch.nextFile("");
      await mkdir(folder);
      const calls = new Map();
      const moreTasks = () => {
        const tasks = effectTasks({ tasks: atOnce, effects });
        for (const task of tasks) {
          calls.set(
            task.mark,
            task.effects.map(({ kind, name }) => [`do_${kind}`, { name }]),
          );
        }
        return tasks;
      };
      let fleet;
      const { cutOff, ...figures } = await wreakHavoc({
        seed: `deputy ${profile} ${round}`,
        kills,
        moreTasks,
        open: async (world) => {
          fleet = await openFleet({
            profile,
            folder,
            world,
            callsOf: (mark) => calls.get(mark) ?? [],
            servers,
          });
          return { ...fleet, isOver: () => ended(fleet) >= calls.size };
        },
      });
      return {
        ...figures,
        repeatedPerKill: figures.repeated / figures.kills,
        runsFailed: [...fleet.results.values()].filter(({ outcome }) => outcome !== "done").length,
        resultsTwice: twice([...fleet.results.values()]),
        onceInDoubt: cutOff.filter(({ kind }) => kind === "once").length,
        notAskedOnce: notAskedOnce(cutOff, [...fleet.doubts.values()]),
      };
    },
    close: () => scratch.remove(),
  };
}

function ended({ results }) {
  return new Set([...results.values()].map(({ key }) => key)).size;
}

function twice(posts) {
  return posts.length - new Set(posts.map(({ key }) => key)).size;
}

/** Questions that came twice, and `once` effects that were cut off without one. */
function notAskedOnce(cutOff, doubts) {
  const asked = new Set(doubts.map(({ name }) => name));
  const unasked = cutOff.filter(({ kind, name }) => kind === "once" && !asked.has(name));
  return twice(doubts) + unasked.length;
}
