// Starts the lease thread, and starts it again should it end.

import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type {
  FromLeaseThread,
  HeldLease,
  LeaseThreadData,
  LeaseThreadSettings,
  ToLeaseThread,
} from "./lease-keeper-thread.ts";
import { startThread } from "./start-thread.ts";

export interface LeaseThread {
  tell(message: ToLeaseThread): void;
  /** Hears at once what the thread has said and the event loop has not come to yet. */
  hearNow(): void;
  stop(): Promise<void>;
}

export interface LeaseThreadDeps {
  readonly settings: LeaseThreadSettings;
  /** What it is to renew when it starts. */
  readonly held: () => readonly HeldLease[];
  readonly heard: (message: FromLeaseThread) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export function startLeaseThread(deps: LeaseThreadDeps): LeaseThread {
  const { settings, held, heard, clock, log } = deps;
  let running: { readonly worker: Worker; readonly port: MessagePort } | undefined;
  let stopped = false;
  const start = (): void => {
    if (stopped) return;
    const { port1: port, port2 } = new MessageChannel();
    const workerData: LeaseThreadData = { ...settings, port: port2 };
    const worker = startThread("lease-keeper-thread", { workerData, transferList: [port2] });
    running = { worker, port };
    worker.unref();
    port.on("message", heard);
    port.unref();
    for (const lease of held()) port.postMessage({ kind: "hold", lease } satisfies ToLeaseThread);
    worker.on("error", (error) => log.error("The lease thread failed", { error: errorText(error) }));
    worker.once("exit", () => {
      running = undefined;
      port.close();
      clock.after(settings.renewEveryMs / 2, start);
    });
  };
  start();
  return {
    tell: (message) => running?.port.postMessage(message),
    hearNow() {
      if (!running) return;
      const next = (): { message: FromLeaseThread } | undefined =>
        running && receiveMessageOnPort(running.port);
      for (let received = next(); received; received = next()) heard(received.message);
    },
    async stop() {
      stopped = true;
      if (!running) return;
      const { worker, port } = running;
      const exited = new Promise((resolve) => worker.once("exit", resolve));
      port.postMessage({ kind: "stop" } satisfies ToLeaseThread);
      await exited;
    },
  };
}
