// Kills processes at random moments inside the window of an act outside, until it has been enough, and lets the work come to
// its end. Everything random comes from the seed.

import { setTimeout as wait } from "node:timers/promises";
import { vi } from "vitest";
import type { OutsideCall, OutsideKind, OutsideWorld } from "../fakes/outside-world.ts";
import { build, type Staged, settleMs } from "./act-out.ts";
import type { ProductProcess } from "./product-process.ts";
import type { Profile, ProfileName } from "./profiles.ts";
import type { Scenario } from "./scenarios.ts";
import { chances } from "./seed.ts";

export interface PlannedAct {
  readonly kind: OutsideKind;
  readonly what: string;
}

export interface Kill {
  readonly at: number;
  readonly pid: number;
  /** Runs that were in the middle of an act of that process. */
  readonly runs: readonly string[];
}

export interface Chaos {
  readonly set: Staged;
  readonly planned: readonly PlannedAct[];
  readonly kills: readonly Kill[];
}

const actsPerRun = 10;

const runsPerKill = 5;
const toolOf = {
  read: "look_up",
  keyed: "send_keyed",
  askable: "send_askable",
  once: "send_once",
} as const satisfies Record<OutsideKind, string>;

/** The caller closes the set. */
export async function wreakHavoc(profile: Profile, name: ProfileName, kills: number): Promise<Chaos> {
  const random = chances(`chaos ${name}`);
  const runs = kills * runsPerKill;
  const planned = Array.from({ length: runs * actsPerRun }, (_, n): PlannedAct => {
    const kind = (["read", "keyed", "askable", "once"] as const)[Math.floor(random() * 4)] ?? "read";
    return { kind, what: `act ${n}` };
  });
  const set = await build(profile, scenarioOf(planned));
  set.world.behave(({ kind }) => ({
    ...(kind === "askable" ? { acceptMs: Math.floor((random() * settleMs) / 2) } : {}),
    answerMs: 20 + Math.floor(random() * 120),
  }));
  const { cast, workers } = await open(set, name);
  const done: Kill[] = [];
  const finished = cast().until("over", 600_000);
  finished.catch(() => undefined); // one that was killed
  while (done.length < kills) {
    const kill = await killOne(set.world, workers, random);
    if (!kill) break;
    done.push(kill);
    const goOn = set.world.hold(); // the others don't get far meanwhile, however long the start takes
    await workers.renew();
    goOn();
  }
  await cast().until("over", 300_000);
  return { set, planned, kills: done };
}

interface Workers {
  living(): readonly ProductProcess[];
  /** Replaces who is dead; resolves when the new one is ready. */
  renew(): Promise<void>;
}

/** SQLite belongs to one process. Elsewhere the chat has a process of its own and two work. */
async function open(
  set: Staged,
  name: ProfileName,
): Promise<{ readonly cast: () => ProductProcess; readonly workers: Workers }> {
  const role = name === "sqlite" ? "all" : "worker";
  const chat = name === "sqlite" ? undefined : set.start({ role: "web" });
  let living = Array.from({ length: name === "sqlite" ? 1 : 2 }, () => set.start({ role }));
  await Promise.all([...(chat ? [chat] : []), ...living].map((one) => one.until("ready")));
  return {
    cast: () => chat ?? living.at(-1) ?? set.start(),
    workers: {
      living: () => living,
      async renew() {
        living = living.map((one) => (one.isAlive() ? one : set.start({ role })));
        await Promise.all(living.map((one) => one.until("ready")));
      },
    },
  };
}

/** Undefined when there is nothing left to do. */
async function killOne(
  world: OutsideWorld,
  workers: Workers,
  random: () => number,
): Promise<Kill | undefined> {
  const from = world.calls.length;
  // Enough for each run to have got on a little: one that never does is given up (SW3 of the workers).
  const many = 24 + Math.floor(random() * 16);
  const underWay = (): readonly OutsideCall[] => {
    const pids = new Set(workers.living().map(({ pid }) => pid));
    return world.calls.filter((call) => call.underWay && call.kind !== "look" && pids.has(call.pid));
  };
  const until = (is: () => boolean): Promise<unknown> =>
    vi.waitUntil(is, { timeout: 60_000, interval: 2 }).catch(() => undefined);
  await until(() => world.calls.length >= from + many);
  await wait(random() * 60);
  await until(() => underWay().length > 0);
  const [first] = underWay();
  const victim = workers.living().find(({ pid }) => pid === first?.pid);
  if (!victim) return world.calls.length === from ? undefined : killOne(world, workers, random);
  const runs = underWay().flatMap(({ pid, key }) => (pid === victim.pid ? [key.split(":")[0] ?? ""] : []));
  const at = Date.now();
  await victim.kill();
  return { at, pid: victim.pid, runs };
}

function scenarioOf(planned: readonly PlannedAct[]): Scenario {
  const stories = Array.from({ length: planned.length / actsPerRun }, (_, run) => ({
    mark: `chaos${run}x`,
    calls: [
      ...planned
        .slice(run * actsPerRun, (run + 1) * actsPerRun)
        .map(({ kind, what }): readonly [string, object] => [toolOf[kind], { what }]),
      ["finish", { summary: "Done.", files: [] }] as const,
    ],
  }));
  return {
    name: "chaos",
    threads: stories.map(({ mark }, place) => ({ who: place % 3, asks: `@deputy do the ${mark}` })),
    stories,
    comesBy: [],
    posts: [],
    runs: [],
    outside: [],
  };
}

/** How long after each kill somebody else went on with a run that it had cut off. */
export function backToWork({ set, kills }: Chaos): number[] {
  return kills
    .flatMap(({ at, pid, runs }) => {
      const next = set.world.calls.find(
        (call) => call.at > at && call.pid !== pid && runs.includes(call.key.split(":")[0] ?? ""),
      );
      return next ? [next.at - at] : [];
    })
    .toSorted((a, b) => a - b);
}
