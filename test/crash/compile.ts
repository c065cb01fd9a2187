// Compiles the product and its crash children once for all crash tests: a process that starts from JavaScript costs half.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of the compiled product, laid out like the repository. */
    compiled: string;
  }
}

const root = fileURLToPath(new URL("../../", import.meta.url));

let made: string | undefined;

export function setup(project: TestProject): void {
  const cache = path.join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(path.join(cache, "deputy-crash-"));
  made = out;
  compileTo(out);
  project.provide("compiled", out);
}

export function teardown(): void {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
}

function compileTo(out: string): void {
  writeFileSync(path.join(out, "package.json"), JSON.stringify({ type: "module", version: "0.0.0" }));
  writeFileSync(
    path.join(out, "tsconfig.json"),
    JSON.stringify({
      extends: path.join(root, "tsconfig.json"),
      compilerOptions: { rootDir: root, outDir: out, sourceMap: false, noCheck: true },
      include: [path.join(root, "src"), path.join(root, "test/crash/*-child.ts")],
    }),
  );
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", out], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The crash tests could not be compiled:\n${stdout}`);
  cpSync(path.join(root, "src/web/assets"), path.join(out, "src/web/assets"), { recursive: true });
  symlinkSync(path.join(root, "drizzle"), path.join(out, "drizzle"));
}
