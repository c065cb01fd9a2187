import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Manifest {
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const manifest: Manifest = JSON.parse(read("package.json"));
const lock: Lock = JSON.parse(read("package-lock.json"));

describe("docs/package", () => {
  it("locks the packages of every platform, or npm ci refuses (`node scripts/complete-lock.mjs` adds them)", () => {
    const script = fileURLToPath(new URL("../../scripts/complete-lock.mjs", import.meta.url));

    const { stdout, status } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });

    expect(stdout.match(/\d+ packages/g)).toEqual(["0 packages", "0 packages"]);
    expect(status).toBe(0);
  });

  it("pins every dependency to one version", () => {
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );

    expect(ranges).toEqual([]);
  });

  it("decides for every package with an install script whether it may run (npm 12 asks)", () => {
    const names = Object.entries(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ""));

    expect(names.filter((name) => !(name in manifest.allowScripts))).toEqual([]);
  });

  it("gives a reason for every dependency in docs/decisions/0005-dependencies.md", () => {
    const page = read("docs/decisions/0005-dependencies.md");

    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it("is under the licence of the LICENSE file", () => {
    expect(manifest.license).toBe("MIT");
    expect(read("LICENSE")).toMatch(/^MIT License\n\nCopyright \(c\) \d{4} The Deputy authors\n/);
  });

  it("names no registry in the lock file", () => {
    expect(read("package-lock.json")).not.toContain('"resolved"');
  });
});
