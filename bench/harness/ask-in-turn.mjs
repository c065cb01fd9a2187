// One act after another, each into a quiet system, with the latencies that came out.

import { setTimeout as wait } from "node:timers/promises";
import { percentile } from "./spread.mjs";

let count = 0;

/** `ask` gets a fresh name and returns milliseconds. */
export async function askInTurn(times, ask) {
  const latencies = [];
  for (let turn = 0; turn < times; turn += 1) {
    count += 1;
    latencies.push(await ask(`${process.pid}-${count}`));
    await wait(5);
  }
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}
