// The table of anti-patterns beside this file says what is there: every number has a test, and every test of it exists.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const aboutTeams = 12;
const numbers = Array.from({ length: 20 }, (_, at) => at + 1).filter((number) => number !== aboutTeams);

const rows = readFileSync(new URL("README.md", import.meta.url), "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number, , file, title] = /^\| (\d+) \| ([^|]*) ?\| `([^`]+)` \| (.+) \|$/.exec(line) ?? [];
    return number === undefined || file === undefined || title === undefined
      ? []
      : [{ number: Number(number), file, title }];
  });

describe("slack: anti-patterns", () => {
  it("each has a test", () => {
    expect([...new Set(rows.map(({ number }) => number))].toSorted((a, b) => a - b)).toEqual(numbers);
  });

  it.each(rows)("ux d.$number: $file has the test that the table names", ({ number, file, title }) => {
    expect(title).toMatch(new RegExp(`ux d\\.${number}(?!\\d)`));
    expect(readFileSync(path.join(root, file), "utf8")).toContain(`"${title}"`);
  });
});
