import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/durability.md"), "utf8");

/** Rows of the tables, as their cells. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .map((line) => line.slice(2, -2).split(" | "))
  .filter((cells) => !cells.at(-1)?.startsWith("shown by"));
const cited = (cells: readonly string[]): string[] =>
  [...(cells.at(-1) ?? "").matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);

describe("docs/durability", () => {
  it.each(rows.map((cells) => [cells[0] ?? "", cells] as const))(
    "%s: is shown by tests that exist",
    (_, cells) => {
      const tests = cited(cells);

      expect(tests.length).toBeGreaterThan(0);
      expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    },
  );

  it.each(["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I13"])(
    "%s is named by a test that its row cites",
    (name) => {
      const row = rows.find((cells) => cells[0] === name) ?? [];
      const naming = cited(row).filter((path) =>
        new RegExp(`\\b${name}\\b`).test(readFileSync(join(root, path), "utf8")),
      );

      expect(naming).not.toEqual([]);
    },
  );

  it.each([
    ["a crash", /killed/],
    ["Redis", /Redis/],
    ["Postgres", /Postgres/],
    ["the disk", /disk is full/],
    ["the model", /model is away/],
    ["the clock", /clock jumps/],
    ["a zombie", /freezes/],
    ["a deploy", /deploy/],
  ])("says what becomes of a run when %s fails it", (_, expected) => {
    expect(rows.map(([first]) => first).join("\n")).toMatch(expected);
  });
});
