import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, runDeputy } from "../support/child.ts";

const example = fileURLToPath(new URL("../../examples/sales-2026.csv", import.meta.url));

let folder: string;
let demo: Finished;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-demo-"));
  demo = await runDeputy(["demo"], { DEPUTY_DATA: folder });
}, 90_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("cli/commands/demo", () => {
  it("ends by itself with exit code 0 in under a minute", () => {
    expect(demo.stderr).toBe("");
    expect(demo.code).toBe(0);
    expect(demo.ms).toBeLessThan(60_000);
  });

  it("shows the request, the plan, edits of the run card, one question with its answer, and the result", () => {
    const order = [
      "@deputy please summarise this sales file",
      "sales-2026.csv",
      "[doing] Read the file",
      "Question for Ana",
      "After discounts",
      "Revenue after discounts is",
      "report.md",
      "Look around:",
    ];
    const places = order.map((text) => demo.stdout.indexOf(text));

    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(demo.stdout.match(/Question for Ana/g)).toHaveLength(2);
    expect(demo.stdout).toMatch(/edits the run card[\s\S]*\+ I have read 1,240 rows/);
  });

  it("reports figures that are really computed from the file", async () => {
    const rows: unknown[] = parse(await readFile(example), { columns: true, bom: true });
    const report = await findReport(path.join(folder, "demo", "workspaces"));

    expect(rows.length).toBeGreaterThanOrEqual(1_000);
    expect(report).toMatch(new RegExp(String(rows.length).replace(/(\d)(\d{3})$/, "$1[,. ]?$2")));
  });

  it("says where workspace and journal are, and the commands it names work", async () => {
    const run = /runs show (run_\w+)/.exec(demo.stdout)?.[1] ?? "";

    const shown = await runDeputy(["runs", "show", run, "--json"], {
      DEPUTY_DATA: path.join(folder, "demo"),
    });

    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.stdout)).toMatchObject({ run: { id: run, state: "done" } });
    const versions = await runDeputy(["workspace", "log", run, "--json"], {
      DEPUTY_DATA: path.join(folder, "demo"),
    });
    expect(versions.code).toBe(0);
    expect(JSON.parse(versions.stdout)).toMatchObject({ versions: expect.arrayContaining([]) });
  });
});

async function findReport(root: string): Promise<string> {
  const names = await readdir(root, { recursive: true });
  const report = names.find((name) => name.endsWith("files/report.md"));
  return readFile(path.join(root, report ?? "missing"), "utf8");
}
