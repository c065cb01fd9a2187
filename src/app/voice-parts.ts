// The supervisor that keeps what was promised to people (I13): not in the workers, which it speaks for, but beside the doors,
// where what it says goes out.
//
//   VP1  In one process of all at a time; twice is harmless. It looks at rows alone, so that it needs no worker.
//   VP2  A clock that jumps breaks no promise: what was due in between is promised anew, and nobody is told. One that is set back
//        delays none by the jump: what was promised for later than any new promise is brought forward by as much.

import type { Config } from "../config/load-config.ts";
import type { Run } from "../domain/run.ts";
import type { Desk } from "../gateway/desk.ts";
import { tellHeldUp } from "../gateway/brakes.ts";
import { clearOrphanMarks } from "../gateway/orphan-marks.ts";
import { speakUp } from "../gateway/speak-up.ts";
import { tellTroubles } from "../gateway/troubles.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { watchClock } from "../workers/clock-jumps.ts";
import { eachAlone, inTurn } from "../workers/sweep-parts.ts";
import { createSweeper, type Sweeper, type SweepPart } from "../workers/sweeper.ts";
import { isAlone } from "./open-edges.ts";

export interface VoiceDeps {
  readonly world: Pick<World, "clock" | "ids" | "log" | "meter">;
  readonly store: Store;
  readonly desk: Desk;
  readonly checkInMs: number;
}

const lookMs = 1_000;
const troublesEveryMs = 2_000;
const marksEveryMs = 60_000;
/** Entries of the outbox that are looked through for marks left behind: at the start, and then. */
const marksAtStart = 20_000;
const marksLater = 2_000;
const atOnce = 200;

/** The name of the turn. */
export const voiceLock = "supervisor";

export function createVoice(config: Config, deps: Omit<VoiceDeps, "checkInMs">): Sweeper {
  const { world, store } = deps;
  return createSweeper({
    store,
    parts: voiceParts({ ...deps, checkInMs: config.limits.checkInMs }),
    owner: world.ids.next("voice"),
    lock: voiceLock,
    clock: world.clock,
    log: world.log,
    meter: world.meter,
    everyMs: lookMs,
    alone: isAlone(config),
  });
}

export function voiceParts(deps: VoiceDeps): readonly SweepPart[] {
  const { world, desk } = deps;
  return [
    { name: "promises", sweep: keepingPromises(deps) },
    { name: "brakes", about: ["brake"], sweep: () => tellHeldUp(desk) },
    {
      name: "troubles",
      about: ["trouble"],
      sweep: inTurn(world.clock, troublesEveryMs, () => tellTroubles(desk, world.ids)),
    },
    {
      name: "marks",
      sweep: inTurn(world.clock, marksEveryMs, (first) =>
        clearOrphanMarks(desk, first ? marksAtStart : marksLater),
      ),
    },
  ];
}

function keepingPromises({ world, store, desk, checkInMs }: VoiceDeps): () => Promise<void> {
  const jumped = watchClock(world.clock);
  return async () => {
    const change = jumped();
    const now = world.clock.now();
    if (change && change.ms < 0) await bringForward(store, now, { byMs: -change.ms, checkInMs });
    const jump = change && change.ms > 0 ? change : undefined;
    const overdue = await store.read((tx) => tx.runs.overdue(now, jump ? Number.MAX_SAFE_INTEGER : atOnce));
    const skipped = (run: Run): boolean =>
      jump !== undefined && run.stopRequestedBy === undefined && (run.checkInAt ?? 0) > jump.from;
    const again = overdue.filter(skipped);
    if (again.length > 0) {
      world.log.info("The clock jumped; what was promised for the time in between is promised anew", {
        seconds: Math.round((jump?.ms ?? 0) / 1000),
        runs: again.length,
      });
      await store.write(async (tx) => {
        for (const { id } of again) await tx.runs.promise(id, now + checkInMs);
      });
    }
    await eachAlone(
      overdue.filter((run) => !skipped(run)),
      async (run) => {
        await speakUp(desk, run.id);
        world.meter?.swept("promises", 1);
      },
    );
  };
}

async function bringForward(
  store: Store,
  now: number,
  { byMs, checkInMs }: { readonly byMs: number; readonly checkInMs: number },
): Promise<void> {
  await store.write(async (tx) => {
    const promised = await tx.runs.overdue(now + byMs + checkInMs, Number.MAX_SAFE_INTEGER);
    for (const { id, checkInAt = 0 } of promised) {
      if (checkInAt > now + checkInMs) await tx.runs.promise(id, Math.max(now, checkInAt - byMs));
    }
  });
}
