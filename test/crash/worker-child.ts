// The process that crash tests kill: real store, real queue, real workers, and a runtime that journals. Tells what it does as JSON
// lines on stdout. Where it is told to stand still before a step it waits for a line on stdin.

import { once } from "node:events";
import { createInterface } from "node:readline";
import { systemClock } from "../../src/base/clock.ts";
import { noFailpoints } from "../../src/base/failpoints.ts";
import type { Logger } from "../../src/base/logger.ts";
import { openQueue } from "../../src/queue/open.ts";
import { createLeaseKeeper } from "../../src/store/lease-keeper.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createWorkers } from "../../src/workers/create-workers.ts";
import { createJournalRuntime } from "./journal-runtime.ts";
import type { WorkerChildSettings } from "./worker-process.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by worker-process.ts
const settings = JSON.parse(process.argv[2] ?? "") as WorkerChildSettings;

const { poison } = settings;
const begun = new Set<unknown>();
const tell = (event: string, about: Readonly<Record<string, unknown>> = {}): void => {
  process.stdout.write(`${JSON.stringify({ event, at: Date.now(), ...about })}\n`);
  if (event !== "began" || poison === undefined) return;
  begun.add(about["run"]);
  if (!begun.has(poison.run) || begun.size < poison.begun) return;
  setTimeout(() => process.kill(process.pid, "SIGKILL"), poison.afterMs);
};
const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (text, fields) => tell("warn", { text, ...fields }),
  error: (text, fields) => tell("error", { text, ...fields }),
  child: () => log,
};

const lines = createInterface({ input: process.stdin });
const beforeStep = async (run: string, n: number): Promise<void> => {
  if (run === poison?.run || (poison?.begun ?? 0) > 1) await new Promise(() => undefined);
  if (settings.standStill?.run !== run || settings.standStill.step !== n) return;
  tell("still", { run, n });
  await once(lines, "line");
};

const nothing = async (): Promise<void> => undefined;
const { database, outside, steps, stepMs, leaseMs, sliceMs, nonce, concurrency, redisUrl } = settings;
const store = await createSqliteStore({ path: database });
const queue = openQueue({ redisUrl, log });
const workers = createWorkers({
  store,
  queue,
  runtime: createJournalRuntime({ store, outside, steps, stepMs, tell, beforeStep }),
  openLeases: (owner, onLost) =>
    createLeaseKeeper({
      target: { sqlitePath: database },
      owner,
      leaseMs,
      renewEveryMs: Math.floor(leaseMs / 3),
      onLost,
      log,
    }),
  acts: {
    expireWait: nothing,
    nudge: nothing,
    routeInbox: nothing,
    failPoison: async ({ id }, lease) => {
      await store.write((tx) => tx.runs.settle(lease, "failed", { code: "run.poison" }, Date.now()));
      tell("given-up", { run: id });
    },
  },
  surroundings: { clock: systemClock, log, failpoint: noFailpoints },
  settings: { nonce, concurrency, tenants: "one", leaseMs, sliceMs },
});
await workers.start();
tell("ready", { owner: workers.owner });
