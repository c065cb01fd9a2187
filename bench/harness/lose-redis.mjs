// Takes Redis away under load, killed without a log of its own or emptied, and sees what gets on after its return.

import { setTimeout as wait } from "node:timers/promises";
import { startEffectWorld } from "./effect-world.mjs";
import { markOf } from "./fleet-stage.mjs";
import { until } from "./killable.mjs";
import { startRedis } from "./redis.mjs";

const answerMs = 40;
const awayMs = 2_000;
const lostAfterMs = 30_000;

/** `open(world, redisUrl)` returns a stage that tells which tasks are `unfinished()`. */
export async function loseRedis({ how, open, makeTasks }) {
  const redis = await startRedis({ appendOnly: false });
  const world = await startEffectWorld({ answerMs: () => answerMs });
  const stage = await open(world, redis.url);
  try {
    await stage.ask(makeTasks(stage));
    await until(() => world.calls.length > 30, 60_000, "work that is under way");
    if (how === "killed") {
      await redis.kill();
      await wait(awayMs);
      await redis.restart();
    } else if (how === "emptied") {
      await redis.flushAll();
    }
    const back = performance.now();
    const from = world.calls.length;
    const left = new Set(stage.unfinished());
    const moved = (mark) => world.calls.slice(from).some((call) => markOf(call) === mark);
    const still = () => stage.unfinished().filter((mark) => left.has(mark) && !moved(mark));
    await until(() => still().length === 0, lostAfterMs).catch(() => undefined); // what is left then is lost
    const movingMs = performance.now() - back;
    await untilNothingMoves(world, stage);
    return { unfinished: left.size, movingMs, lost: stage.unfinished().length };
  } finally {
    await stage.close();
    await world.close();
    await redis.stop();
  }
}

/** Over, or without an effect for a while. */
async function untilNothingMoves(world, stage) {
  let seen = -1;
  let since = performance.now();
  await until(
    () => {
      if (world.calls.length !== seen) {
        seen = world.calls.length;
        since = performance.now();
      }
      return stage.unfinished().length === 0 || performance.now() - since > lostAfterMs;
    },
    300_000,
    "an end",
  );
}
