// Where chance is wanted: from one seed, which is printed, and may be given again as DEPUTY_TEST_SEED.

import { createHash, randomInt } from "node:crypto";

export const seed = Number(process.env["DEPUTY_TEST_SEED"] ?? randomInt(2 ** 31));

process.stdout.write(`DEPUTY_TEST_SEED=${seed}\n`);

/** A number in [0, 1) for this name: the same for the same seed, whatever else was asked. */
export function chance(name: string): number {
  return createHash("sha256").update(`${seed} ${name}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** Whether every time is to be tried that a failpoint is come by (`npm run soak`). */
export const everyPass = process.env["DEPUTY_CRASH_PASSES"] === "all";

/** Which of `passes` times: one by the seed, or all. How often some points are come by hangs on the moment, so the last ones are left alone. */
export function passesFor(name: string, passes: number): number[] {
  const sure = Math.ceil(passes / 2);
  if (everyPass) return Array.from({ length: sure }, (_, n) => n + 1);
  return [1 + Math.floor(chance(name) * sure)];
}

/** A row of numbers in [0, 1). */
export function chances(name: string): () => number {
  let n = 0;
  return () => {
    n += 1;
    return chance(`${name} ${n}`);
  };
}
