// Starts product-child.ts as a process of its own and listens to what it tells.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { inject, vi } from "vitest";
import type { FailpointName } from "../../src/base/failpoints.ts";
import type { DoubtAnswer, ThreadPlan } from "./person.ts";

export interface ProductChildSettings {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly role: "all" | "web" | "worker";
  /** Of its first start; without it acts outside are allowed. */
  readonly config?: string;
  readonly outside: { readonly url: string; readonly settleMs: number };
  /** For the roles that have the chat. */
  readonly cast?: { readonly threads: readonly ThreadPlan[]; readonly doubt: DoubtAnswer };
  /** Kills itself when it comes by the point for the time `pass`, counted from 1. */
  readonly dieAt?: { readonly name: FailpointName; readonly pass: number };
}

interface ProductEvent {
  readonly event: "ready" | "over";
  /** How often each failpoint was come by. */
  readonly passed?: Readonly<Record<string, number>>;
}

export interface ProductProcess {
  readonly pid: number;
  /** Rejects when the process ends without. */
  until(event: ProductEvent["event"], timeoutMs?: number): Promise<ProductEvent>;
  /** Resolves with the signal that ended it, if one did. */
  readonly ended: Promise<NodeJS.Signals | null>;
  isAlive(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** `SIGKILL`; resolves when it is gone. Twice is once. */
  kill(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

export function startProductProcess(settings: ProductChildSettings): ProductProcess {
  const script = path.join(inject("compiled"), "test/crash/product-child.js");
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: ProductEvent[] = [];
  const complaints: string[] = [];
  listen(child, events, complaints);
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  living.add(child);
  const ended = once(child, "close").then(() => {
    living.delete(child);
    return child.signalCode;
  });
  return {
    pid: child.pid ?? 0,
    ended,
    isAlive,
    async until(event, timeoutMs = 240_000) {
      const found = (): ProductEvent | undefined => events.find((one) => one.event === event);
      await vi
        .waitUntil(() => found() !== undefined || !isAlive(), { timeout: timeoutMs, interval: 10 })
        .catch(() => undefined);
      const told = found();
      if (told) return told;
      const state = isAlive() ? "is still at work" : `ended with ${child.exitCode ?? child.signalCode}`;
      throw new Error(
        `The product never told "${event}"; it ${state}. Its log: ${complaints.slice(-20).join("\n")}`,
      );
    },
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function listen(child: ChildProcess, events: ProductEvent[], complaints: string[]): void {
  if (!child.stdout || !child.stderr) return;
  createInterface({ input: child.stdout }).on("line", (line) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by product-child.ts
    events.push(JSON.parse(line) as ProductEvent);
  });
  createInterface({ input: child.stderr }).on("line", (line) => void complaints.push(line));
}
