import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const path = fileURLToPath(new URL("../../.ci/run", import.meta.url));
const script = readFileSync(path, "utf8");

describe("docs/ci-run", () => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deputy-ci-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** What the function that counts makes of a log and an exit code. */
  function count(log: string, status: number): { passed: number; failed: number; broken: number } {
    const body = /^count_tests\(\) \{[\s\S]*?^\}/m.exec(script)?.[0] ?? "";
    writeFileSync(join(folder, "log"), log);
    const program = `passed=0 failed=0 broken=0; summary=(); ${body}
      count_tests "$1" name "$2"
      echo "{\\"passed\\": $passed, \\"failed\\": $failed, \\"broken\\": $broken}"`;
    const { stdout } = spawnSync("bash", ["-c", program, "bash", join(folder, "log"), String(status)], {
      encoding: "utf8",
    });
    return JSON.parse(stdout);
  }

  it("is executable and valid bash", () => {
    expect(statSync(path).mode & 0o111).not.toBe(0);
    expect(spawnSync("bash", ["-n", path]).status).toBe(0);
  });

  it("runs the command that people run", () => {
    expect(script).toContain("npm run verify");
    expect(script).toContain("npm test");
  });

  it.each([
    ["      Tests  280 passed (280)\n", 0, { passed: 280, failed: 0, broken: 0 }],
    ["      Tests  1 passed | 1 skipped (2)\n", 0, { passed: 1, failed: 0, broken: 0 }],
    ["      Tests  3 failed | 277 passed (280)\n", 1, { passed: 277, failed: 3, broken: 1 }],
    ["      Tests  280 passed (280)\nthe build broke\n", 2, { passed: 280, failed: 1, broken: 1 }],
    [
      "      Tests  280 passed (280)\n      Tests  60 passed (60)\n",
      0,
      { passed: 340, failed: 0, broken: 0 },
    ],
    [
      "  Tests  3 failed | 277 passed (280)\n  Tests  60 passed (60)\n",
      1,
      { passed: 337, failed: 3, broken: 1 },
    ],
    ["a lint error, no tests ran\n", 1, { passed: 0, failed: 1, broken: 1 }],
    ["nothing ran\n", 0, { passed: 0, failed: 1, broken: 1 }],
  ])("counts %j with exit code %i", (log, status, expected) => {
    expect(count(log, status)).toEqual(expected);
  });
});
