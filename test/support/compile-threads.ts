// Compiles the threads of the store once for all tests; see start-thread.ts.

import type { TestProject } from "vitest/node";
import { type Compiled, compile } from "./compile.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of the compiled threads, laid out like the repository. */
    threads: string;
  }
}

let made: Compiled | undefined;

export function setup(project: TestProject): void {
  made = compile({ files: ["src/store/lease-keeper-thread.ts", "src/store/log-folding-thread.ts"] });
  project.provide("threads", made.folder);
}

export function teardown(): void {
  made?.remove();
}
