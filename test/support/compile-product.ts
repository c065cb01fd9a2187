// Compiles the product once for all tests that start processes of it, with the children of crash tests.

import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { type Compiled, compile, root } from "./compile.ts";

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
  for (const name of ["drizzle", "examples"]) symlinkSync(path.join(root, name), path.join(folder, name));
  project.provide("compiled", folder);
}

export function teardown(): void {
  made?.remove();
}
