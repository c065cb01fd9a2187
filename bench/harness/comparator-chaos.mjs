// The chaos of chaos.mjs on a comparator: one process that is asked for tasks, killed, and started again over the same database.

import { wreakHavoc } from "./chaos.mjs";
import { effectTasks } from "./effect-tasks.mjs";
import { startKillable } from "./killable.mjs";
import { makeScratch } from "./scratch.mjs";

/** `placeOf(profile, scratch)` says where a round keeps its state; the worker gets that and what it has not finished yet. */
export async function wreakHavocOn(name, worker, placeOf) {
  const scratch = await makeScratch();
  let round = 0;
  return {
    async measure({ profile, kills, atOnce, effects }) {
      round += 1;
      const place = await placeOf(profile, scratch);
      const { cutOff: _cutOff, ...figures } = await wreakHavoc({
        seed: `${name} ${profile} ${round}`,
        kills,
        moreTasks: () => effectTasks({ tasks: atOnce, effects, kinds: ["plain"] }),
        open: (world) => openStage(worker, place, world),
      });
      return { ...figures, repeatedPerKill: figures.repeated / figures.kills };
    },
    close: () => scratch.remove(),
  };
}

/** `many` processes over one place; `ask` speaks to the first. */
export async function openStage(worker, place, world, many = 1) {
  const unfinished = new Map();
  const hear = ({ done }) => unfinished.delete(done);
  const start = () =>
    startKillable(worker, { ...place, worldUrl: world.url, tasks: [...unfinished.values()] }, hear);
  const processes = await Promise.all(Array.from({ length: many }, start));
  return {
    processes,
    async ask(tasks) {
      for (const { mark, effects } of tasks)
        unfinished.set(mark, { mark, names: effects.map(({ name }) => name) });
      processes[0].tell({ tasks: tasks.map(({ mark }) => unfinished.get(mark)) });
    },
    async restart(at) {
      processes[at] = await start();
    },
    isOver: () => unfinished.size === 0,
    unfinished: () => [...unfinished.keys()],
    close: () => Promise.all(processes.filter((one) => one.isAlive()).map((one) => one.kill())),
  };
}
