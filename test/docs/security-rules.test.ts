// docs/security.md says of each rule which test shows it: the test is there, and names the rule.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const rows = [...read("docs/security.md").matchAll(/^\| ([A-Z]{2,3}-\d+) \| [^|]+ \| `([^`]+)` \|$/gm)].map(
  ([, rule = "", path = ""]) => [rule, path] as const,
);
const groups = { ID: 7, ING: 5, POL: 7, APR: 10, SBX: 7, EGR: 3, OUT: 5, AUD: 6, RED: 4, OPS: 4 };

describe("docs/security", () => {
  it("has every rule of its groups, once", () => {
    const wanted = Object.entries(groups).flatMap(([group, last]) =>
      Array.from({ length: last }, (_, n) => `${group}-${n + 1}`),
    );
    const found = rows.map(([rule]) => rule).filter((rule) => !rule.startsWith("TNT"));
    expect(found).toEqual(wanted);
  });

  it.each(rows)("%s is named by %s", (rule, path) => {
    expect(read(path)).toMatch(new RegExp(`\\b${rule}\\b`));
  });
});
