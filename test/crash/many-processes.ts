// Web and worker processes of the product on one database, one Redis and one folder, killed (-9) at random and started again at
// once. Most kills hit one that is up, so that a slow machine gets somewhere; some hit one that is starting.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as pauseMs } from "node:timers/promises";
import { inject } from "vitest";
import { printed } from "../support/child.ts";

export interface ManyProcesses {
  /** Kills one after another until `signal` aborts. Resolves with how many, when all are up again. */
  killAtRandom(random: () => number, signal: AbortSignal): Promise<Readonly<Record<Role, number>>>;
  /** How many so far. */
  readonly killed: Readonly<Record<Role, number>>;
  stop(): Promise<void>;
}

export type Role = "web" | "worker";

export interface ManyOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly count: Readonly<Record<Role, number>>;
  /** Longest time between two kills. */
  readonly gapMs: number;
  /** A web process listens. */
  readonly ready: (name: string, url: string) => void;
}

interface Slot {
  readonly name: string;
  readonly role: Role;
  child: ChildProcess;
  up: Promise<void>;
  isUp: boolean;
}

const startingShare = 0.15;

/** Resolves when all are up. */
export async function startMany(options: ManyOptions): Promise<ManyProcesses> {
  const { env, count, gapMs, ready } = options;
  const script = path.join(inject("compiled"), "src/main.js");
  const launch = (slot: Pick<Slot, "name" | "role">): Slot => {
    const { name, role } = slot;
    const child = spawn(process.execPath, [script, role === "web" ? "start" : "worker"], {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env, PORT: "0", DEPUTY_ROLE: role },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const up = printed(child, /"url":"(http:[^"]+)"/).then(([, url = ""]) => {
      launched.isUp = true;
      if (role === "web") ready(name, url);
    });
    up.catch(() => undefined); // killed before it was up; who waits for it hears of it
    const launched: Slot = { name, role, child, up, isUp: false };
    return launched;
  };
  const roles = (["web", "worker"] as const).flatMap((role) =>
    Array.from({ length: count[role] }, (_none, n) => ({ name: `${role} ${n}`, role })),
  );
  const slots = roles.map(launch);
  await Promise.all(slots.map(({ up }) => up));
  const killed = { web: 0, worker: 0 };
  return {
    killed,
    async killAtRandom(random, signal) {
      while (!signal.aborted) {
        await pauseMs(gapMs * (0.2 + 0.8 * random()), undefined, { signal }).catch(() => undefined);
        const any = random() < startingShare;
        const eligible = slots.filter(({ isUp }) => any || isUp);
        const slot = eligible[Math.floor(random() * eligible.length)];
        if (signal.aborted || slot === undefined) continue;
        await end(slot.child);
        slots[slots.indexOf(slot)] = launch(slot);
        killed[slot.role] += 1;
      }
      await Promise.all(slots.map(({ up }) => up));
      return killed;
    },
    async stop() {
      await Promise.all(slots.map(({ child }) => end(child)));
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
