// The brakes that are pulled, as this process knows them: read each second, so that nobody waits for them and nobody is late (OPS-1).
//
//   BB1  What is known is at most two seconds old. Where the database can't be read it stays as it was: without the database no act is
//        begun anyway.

import { every } from "../base/clock.ts";
import type { Brake } from "../domain/brake.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";

const lookMs = 1_000;

export interface BrakeBox {
  current(): readonly Brake[];
  stop(): void;
}

export async function openBrakeBox(
  store: Store,
  { clock, log }: Pick<World, "clock" | "log">,
): Promise<BrakeBox> {
  let brakes: readonly Brake[] = [];
  const look = async (): Promise<void> => {
    brakes = await store.read((tx) => tx.brakes.list());
  };
  await look();
  const stop = every(clock, lookMs, look, (error) =>
    log.warn("The brakes could not be looked at.", { error }),
  );
  return { current: () => brakes, stop };
}
