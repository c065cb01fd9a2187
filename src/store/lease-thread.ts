// Starts the lease thread, and starts it again should it end.

import { Worker } from "node:worker_threads";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type {
  FromLeaseThread,
  HeldLease,
  LeaseThreadSettings,
  ToLeaseThread,
} from "./lease-keeper-thread.ts";

export interface LeaseThread {
  tell(message: ToLeaseThread): void;
  stop(): Promise<void>;
}

export interface LeaseThreadDeps {
  readonly settings: Omit<LeaseThreadSettings, "held">;
  /** What it is to renew, when it has to be started again. */
  readonly held: () => readonly HeldLease[];
  readonly heard: (message: FromLeaseThread) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export function startLeaseThread(deps: LeaseThreadDeps): LeaseThread {
  const { settings, held, heard, clock, log } = deps;
  let worker: Worker | undefined;
  let stopped = false;
  const start = (): void => {
    if (stopped) return;
    worker = newWorker({ ...settings, held: held() });
    worker.unref();
    worker.on("message", heard);
    worker.on("error", (error) => log.error("The lease thread failed", { error: errorText(error) }));
    worker.once("exit", () => {
      worker = undefined;
      clock.after(settings.renewEveryMs / 2, start);
    });
  };
  start();
  return {
    tell: (message) => worker?.postMessage(message),
    async stop() {
      stopped = true;
      if (!worker) return;
      const exited = new Promise((resolve) => worker?.once("exit", resolve));
      worker.postMessage({ kind: "stop" } satisfies ToLeaseThread);
      await exited;
    },
  };
}

function newWorker(workerData: LeaseThreadSettings): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./lease-keeper-thread.js", import.meta.url), { workerData });
  }
  // Node.js 20 does not read TypeScript, and tsx does not reach into threads unless it is registered there.
  const file = new URL("./lease-keeper-thread.ts", import.meta.url).href;
  const tsx = import.meta.resolve("tsx/esm/api");
  const code = `import(${JSON.stringify(tsx)}).then((tsx) => (tsx.register(), import(${JSON.stringify(file)})))`;
  return new Worker(code, { eval: true, workerData });
}
