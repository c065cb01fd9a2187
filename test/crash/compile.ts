// Compiles the product and its crash children once for all crash tests.

import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { type Compiled, compile, root } from "../support/compile.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of the compiled product, laid out like the repository. */
    compiled: string;
  }
}

let made: Compiled | undefined;

export function setup(project: TestProject): void {
  made = compile({ include: ["src", "test/crash/*-child.ts"] });
  const { folder } = made;
  cpSync(path.join(root, "src/web/assets"), path.join(folder, "src/web/assets"), { recursive: true });
  symlinkSync(path.join(root, "drizzle"), path.join(folder, "drizzle"));
  project.provide("compiled", folder);
}

export function teardown(): void {
  made?.remove();
}
