// The product as several processes: the doors in this one, workers as real ones that can be killed.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { printed, startDeputy } from "../support/child.ts";
import { type Product, settingsOf, startProduct } from "./product.ts";

export interface Fleet extends Product {
  readonly env: Readonly<Record<string, string>>;
  /** Another worker, as soon as it is ready. */
  worker(): Promise<WorkerProcess>;
}

export interface WorkerProcess {
  /** `SIGKILL`; resolves when it is gone. */
  kill(): Promise<void>;
  /** `SIGTERM`; resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/** `env` says where Redis and the database are. */
export async function startFleet(env: Readonly<Record<string, string>>): Promise<Fleet> {
  const product = await startProduct({ role: "web", env });
  const shared = { ...settingsOf(product.folder, product.model), ...env };
  const children = new Set<ChildProcess>();
  return {
    ...product,
    env: shared,
    async worker() {
      const child = startDeputy(["worker"], shared);
      children.add(child);
      await printed(child, /the web server listens/);
      return {
        kill: () => end(child, "SIGKILL"),
        terminate: async () => {
          await end(child, "SIGTERM");
          return child.exitCode;
        },
      };
    },
    async stop() {
      await Promise.all([...children].map((child) => end(child, "SIGKILL")));
      await product.stop();
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
