// The table of what Teams needs beside this file says what is there: every number has a test, and every test of it exists.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const wanted = [
  ...Array.from({ length: 18 }, (_, at) => `T-M${at + 1}`),
  "T-S2",
  "T-S3",
  "T-S4",
  "T-S6",
  "T-S7",
];

const rows = readFileSync(new URL("README.md", import.meta.url), "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number, file, title] = /^\| (T-[MS]\d+) \| [^|]* \| `([^`]+)` \| (.+) \|$/.exec(line) ?? [];
    return number === undefined || file === undefined || title === undefined ? [] : [{ number, file, title }];
  });

describe("teams: what it needs", () => {
  it("each has a test", () => {
    expect([...new Set(rows.map(({ number }) => number))].toSorted()).toEqual(wanted.toSorted());
  });

  it.each(rows)("$number: $file has the test that the table names", ({ number, file, title }) => {
    expect(readFileSync(path.join(root, file), "utf8")).toContain(`"${title}"`);
    expect(title).toMatch(new RegExp(`${number}(?!\\d)`));
  });
});
