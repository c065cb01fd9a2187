// The product as several processes: the doors in this one, workers as real ones that can be killed.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import type { ToolSet } from "../crash/tool-sets.ts";
import { printed, startCompiled, startDeputy } from "../support/child.ts";
import { type Product, settingsOf, startProduct } from "./product.ts";

export const configFileName = "deputy.config.yml";

export interface Fleet extends Product {
  readonly env: Readonly<Record<string, string>>;
  /** Another worker, as soon as it is ready: of the product as it is, or with these tools beside its own. */
  worker(tools?: ToolSet): Promise<WorkerProcess>;
}

export interface WorkerProcess {
  /** Where its /healthz is. */
  readonly url: string;
  /** Resolves when nobody listens there any more: it has heard that it is to end. */
  closes(): Promise<void>;
  /** `SIGKILL`; resolves when it is gone. */
  kill(): Promise<void>;
  /** `SIGTERM`; resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/** The settings of processes that share servers: those on Postgres have to be given the key. */
export function onServers(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { DEPUTY_MASTER_KEY: Buffer.alloc(32, 9).toString("base64"), ...settings };
}

/** `given` says where Redis and the database are. `configFile` is the text of one, which stands in the folder. */
export async function startFleet(
  given: Readonly<Record<string, string>>,
  configFile?: string,
): Promise<Fleet> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-fleet-"));
  const file = path.join(folder, configFileName);
  if (configFile !== undefined) await writeFile(file, configFile);
  const env = { ...onServers(given), ...(configFile === undefined ? {} : { DEPUTY_CONFIG: file }) };
  const product = await startProduct({ role: "web", env, folder });
  const shared = { ...settingsOf(folder, product.model), ...env };
  const children = new Set<ChildProcess>();
  return {
    ...product,
    env: shared,
    async worker(tools) {
      const child = tools
        ? startCompiled("test/crash/deputy-child.js", ["worker", tools], shared)
        : startDeputy(["worker"], shared);
      children.add(child);
      const [, url = ""] = await printed(child, /"url":"(http:[^"]+)"/);
      return {
        url,
        closes: () => expect.poll(() => fetch(url).catch(() => "gone")).toBe("gone"),
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
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
