// Starts a file of this folder as a thread, from the build and from the sources.

import { Worker, type WorkerOptions } from "node:worker_threads";

/** `name` is that of the file, without its ending. */
export function startThread(name: string, options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL(`./${name}.js`, import.meta.url), options);
  // Node.js 20 does not read TypeScript, and tsx does not reach into threads unless it is registered there.
  const file = new URL(`./${name}.ts`, import.meta.url).href;
  const tsx = import.meta.resolve("tsx/esm/api");
  const code = `import(${JSON.stringify(tsx)}).then((tsx) => (tsx.register(), import(${JSON.stringify(file)})))`;
  return new Worker(code, { eval: true, ...options });
}
