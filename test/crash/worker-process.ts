// Starts worker-child.ts as a process of its own, listens to what it tells, and sends it signals.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { inject, vi } from "vitest";
import { patienceMs } from "../support/patience.ts";

export interface WorkerChildSettings {
  readonly database: string;
  readonly outside: string;
  readonly redisUrl?: string;
  readonly nonce: string;
  readonly concurrency: number;
  readonly steps: number;
  readonly stepMs: number;
  readonly leaseMs: number;
  readonly sliceMs: number;
  /** A run that ends the process so long after it and others, `begun` in all, are. Beside others none of them comes to a step. */
  readonly poison?: { readonly run: string; readonly begun: number; readonly afterMs: number };
  /** Where it waits for a line before it journals the step. */
  readonly standStill?: { readonly run: string; readonly step: number };
}

export interface WorkerEvent {
  readonly event: string;
  /** When it was told, by the child's clock. */
  readonly at: number;
  readonly run?: string;
  readonly n?: number;
  readonly epoch?: number;
  readonly takenOver?: boolean;
  readonly text?: string;
}

export interface WorkerProcess {
  readonly pid: number;
  readonly events: readonly WorkerEvent[];
  /** The first event that fits, also of those told before. */
  until(fits: (event: WorkerEvent) => boolean, timeoutMs?: number): Promise<WorkerEvent>;
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Lets it go on from where it stands still. */
  goOn(): void;
  /** `SIGKILL`, and waits until the system has taken it away. Twice is once. */
  kill(): Promise<void>;
}

export function startWorker(settings: WorkerChildSettings): WorkerProcess {
  const script = path.join(inject("compiled"), "test/crash/worker-child.js");
  const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const events: WorkerEvent[] = [];
  listen(child, events);
  const pid = child.pid;
  if (pid === undefined) throw new Error("The worker process was not started");
  return {
    pid,
    events,
    async until(fits, timeoutMs = patienceMs) {
      const found = (): WorkerEvent | undefined => events.find(fits);
      const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
      await vi
        .waitUntil(() => found() ?? hasEnded(), { timeout: timeoutMs, interval: 5 })
        .catch(() => undefined);
      const event = found();
      if (event) return event;
      throw new Error(
        `The worker never told what was waited for. It told: ${JSON.stringify(events.slice(-20))}`,
      );
    },
    signal: (signal) => void child.kill(signal),
    goOn: () => void child.stdin?.write("\n"),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function listen(child: ChildProcess, events: WorkerEvent[]): void {
  if (!child.stdout || !child.stderr) return;
  createInterface({ input: child.stdout }).on("line", (line) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by worker-child.ts
    events.push(JSON.parse(line) as WorkerEvent);
  });
  createInterface({ input: child.stderr }).on("line", (text) =>
    events.push({ event: "stderr", at: 0, text }),
  );
}
