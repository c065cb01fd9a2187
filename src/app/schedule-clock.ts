// Fires what has become due by the clock: beside the doors, where the platforms are that are asked about owners.
//
//   SK1  In one process of all at a time; two at once make one run (SF1).

import type { ChatPlatform } from "../chat/contract.ts";
import type { Config } from "../config/load-config.ts";
import type { Desk } from "../gateway/desk.ts";
import type { RulesFor } from "../gateway/rules.ts";
import { fireSchedule } from "../gateway/schedule-firing.ts";
import { askingStanding } from "../gateway/standing.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { eachAlone } from "../workers/sweep-parts.ts";
import { createSweeper, type Sweeper } from "../workers/sweeper.ts";
import { isAlone } from "./open-edges.ts";

export interface ScheduleClockDeps {
  readonly world: Pick<World, "clock" | "ids" | "log" | "meter" | "failpoint">;
  readonly store: Store;
  readonly desk: Desk;
  readonly rulesFor: RulesFor;
  readonly platforms: ReadonlyMap<string, Pick<ChatPlatform, "people">>;
}

const lookMs = 1_000;
const atOnce = 200;
/** Nine o'clock comes for many: a platform that is slow to say how their owners stand is asked about a few at a time. */
const firedAtOnce = 8;

/** The name of the turn. */
export const scheduleLock = "schedules";

export function createScheduleClock(
  config: Config,
  { world, store, desk, rulesFor, platforms }: ScheduleClockDeps,
): Sweeper {
  const { clock, ids, log, meter, failpoint } = world;
  const deps = { ids, rulesFor, failpoint, standing: askingStanding(platforms, world) };
  const sweep = async (): Promise<void> => {
    const due = await store.read((tx) => tx.schedules.due(clock.now(), atOnce));
    await eachAlone(
      due,
      async (schedule) => {
        await fireSchedule(desk, deps, schedule);
        meter?.swept("schedules", 1);
      },
      firedAtOnce,
    );
  };
  return createSweeper({
    store,
    parts: [{ name: "schedules", sweep }],
    owner: ids.next("clock"),
    lock: scheduleLock,
    clock,
    log,
    meter,
    everyMs: lookMs,
    alone: isAlone(config),
  });
}
