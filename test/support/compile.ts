// Compiles what tests start outside of vitest: from TypeScript a process costs twice as much, and a thread three times.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface Compiled {
  /** Laid out like the repository. */
  readonly folder: string;
  remove(): void;
}

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** `sources` as tsconfig.json names them: `files`, which bring what they import, or what to `include`. */
export function compile(sources: { readonly files?: string[]; readonly include?: string[] }): Compiled {
  const cache = path.join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, "deputy-compiled-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const inRoot = (names: string[] = []): string[] => names.map((name) => path.join(root, name));
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module", version: "0.0.0" }));
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: path.join(root, "tsconfig.json"),
      compilerOptions: { rootDir: root, outDir: folder, sourceMap: false, noCheck: true },
      files: inRoot(sources.files),
      include: inRoot(sources.include),
    }),
  );
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  if (status === 0) return { folder, remove };
  remove();
  throw new Error(`What tests start could not be compiled:\n${stdout}`);
}
