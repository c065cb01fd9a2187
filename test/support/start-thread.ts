// In tests instead of src/store/start-thread.ts: threads start from JavaScript, as in production.

import path from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { inject } from "vitest";

export function startThread(name: string, options: WorkerOptions): Worker {
  return new Worker(path.join(inject("threads"), "src/store", `${name}.js`), options);
}
