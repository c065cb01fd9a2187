// Kills processes inside the window of an outside effect: after its request has arrived, before or just after its answer.
//
//   CH1  Whom and when is drawn from the seed; the next kill waits until all processes are up again.
//   CH2  Between two kills the work gets on: what ends its worker time and again without a step done is another matter, and
//        is given up on purpose (`run.poison`).
//   CH3  There is always work: who has done all of it is given more until there were enough kills. Then the rest comes to its
//        end undisturbed.

import { setTimeout as wait } from "node:timers/promises";
import { chances } from "./chances.mjs";
import { startEffectWorld, tally } from "./effect-world.mjs";
import { until } from "./killable.mjs";

const answerMs = { least: 15, most: 60 };
const longestAimMs = 40;
/** Effects that go by between two kills: enough for every task that is under way to get on a little. */
const between = { least: 8, most: 40 };

/**
 * `open(world)` starts everything and returns `{ processes, restart(index), ask(tasks), isOver(), close() }`, where the
 * processes are those that may be killed. `moreTasks()` makes the next handful of work.
 */
export async function wreakHavoc({ seed, kills, moreTasks, open }) {
  const random = chances(seed);
  const pause = () => answerMs.least + random() * (answerMs.most - answerMs.least);
  let aim = () => undefined;
  const world = await startEffectWorld({ answerMs: pause, onEffect: (call) => aim(call) });
  const stage = await open(world);
  const expected = [];
  const ask = async () => {
    const tasks = moreTasks();
    expected.push(...tasks.flatMap(({ effects }) => effects));
    await stage.ask(tasks);
  };
  const cutOff = [];
  let killed = 0;
  try {
    await ask();
    while (killed < kills) {
      const victim = await nextVictim(stage, random, (take) => {
        aim = take;
      });
      aim = () => undefined;
      if (victim === undefined) {
        await ask();
        continue;
      }
      await wait(random() * longestAimMs);
      const { pid } = stage.processes[victim];
      cutOff.push(...world.calls.filter((call) => call.pid === pid && call.open));
      await stage.processes[victim].kill();
      killed += 1;
      await stage.restart(victim);
    }
    await until(() => stage.isOver(), 180_000, "the end of the work");
    return { kills: killed, cutOff, ...tally(world, expected) };
  } finally {
    await stage.close();
    await world.close();
  }
}

/** Undefined when there is nothing left to do. */
async function nextVictim(stage, random, setAim) {
  let chosen;
  let passing = Math.floor(between.least + random() * (between.most - between.least));
  setAim((call) => {
    passing -= 1;
    if (chosen !== undefined || passing > 0) return;
    const at = stage.processes.findIndex(({ pid }) => pid === call.pid);
    if (at >= 0) chosen = at;
  });
  await until(() => chosen !== undefined || stage.isOver(), 60_000, "an effect of somebody alive");
  return chosen;
}
