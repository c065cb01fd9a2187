// How long after a kill somebody else goes on with what it cut off.

import { startEffectWorld } from "./effect-world.mjs";
import { markOf } from "./fleet-stage.mjs";
import { until } from "./killable.mjs";
import { percentile } from "./spread.mjs";

const answerMs = 250;

/** `open(world)` returns a stage as chaos.mjs wants it; `tasks` are long enough to be cut off by every kill. */
export async function timeTakeovers({ kills, open, makeTasks, giveUpMs }) {
  const world = await startEffectWorld({ answerMs: () => answerMs });
  const stage = await open(world);
  const latencies = [];
  try {
    await stage.ask(makeTasks(stage));
    for (let kill = 0; kill < kills; kill += 1) {
      const victim = await busyOne(world, stage);
      const { pid } = stage.processes[victim];
      const from = world.calls.length;
      const marks = new Set(world.calls.filter((call) => call.open && call.pid === pid).map(markOf));
      const at = performance.now();
      stage.processes[victim].kill();
      if (stage.processes.length === 1) await stage.restart(victim); // nobody else would
      const next = (mark) =>
        world.calls.slice(from).find((call) => call.pid !== pid && markOf(call) === mark);
      await until(
        () => [...marks].every((mark) => next(mark) !== undefined),
        giveUpMs,
        "somebody who goes on",
      );
      latencies.push(...[...marks].map((mark) => next(mark).at - at));
      if (!stage.processes[victim].isAlive()) await stage.restart(victim);
    }
    return {
      p50Ms: percentile(latencies, 0.5),
      p95Ms: percentile(latencies, 0.95),
      cutOff: latencies.length,
    };
  } finally {
    await stage.close();
    await world.close();
  }
}

async function busyOne(world, { processes }) {
  let found = -1;
  await until(
    () => {
      const busy = new Set(world.calls.filter((call) => call.open).map(({ pid }) => pid));
      found = processes.findIndex(({ pid }) => busy.has(pid));
      return found >= 0;
    },
    60_000,
    "a process in the midst of an effect",
  );
  return found;
}
