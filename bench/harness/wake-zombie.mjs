// Freezes a process in the midst of its work, waits until another one has gone on with all of it, and lets it thaw.

import { setTimeout as wait } from "node:timers/promises";
import { startEffectWorld } from "./effect-world.mjs";
import { markOf } from "./fleet-stage.mjs";
import { until } from "./killable.mjs";

const answerMs = 60;
const thawedMs = 2_000;
/** Effects of the new owner after which the step that was cut off is settled. */
const settled = 4;

/** `beforeThaw(stage)` is asked when all is taken over; what it returns may measure more at the end. */
export async function wakeZombie({ open, makeTasks, beforeThaw }) {
  const world = await startEffectWorld({ answerMs: () => answerMs });
  const stage = await open(world);
  try {
    await stage.ask(makeTasks(stage));
    const busy = () => world.calls.findLast((call) => call.open && world.calls.length > 10);
    await until(() => busy() !== undefined, 60_000, "a process in the midst of an effect");
    const { pid } = busy();
    const zombie = stage.processes.find((one) => one.pid === pid);
    zombie.freeze();
    const from = world.calls.length;
    const lastBy = new Map(world.calls.map((call) => [markOf(call), call.pid]));
    const marks = new Set([...lastBy.keys()].filter((mark) => lastBy.get(mark) === pid));
    const takenOver = (mark) => others(world.calls.slice(from), pid, mark).length >= settled;
    await until(() => [...marks].every(takenOver), 90_000, "somebody who goes on");

    const measureMore = await beforeThaw(stage);
    const thawed = world.calls.length;
    zombie.thaw();
    await wait(thawedMs);
    await until(() => stage.isOver(), 180_000, "the end of the work");
    const after = world.calls.slice(thawed).filter((call) => call.pid === pid && marks.has(markOf(call)));
    return { runs: marks.size, zombieEffects: after.length, ...(await measureMore?.()) };
  } finally {
    await stage.close();
    await world.close();
  }
}

function others(calls, pid, mark) {
  return calls.filter((call) => call.pid !== pid && markOf(call) === mark);
}
