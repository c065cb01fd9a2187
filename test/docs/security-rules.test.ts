// The rules that keep the product from shipping, in our own few words in docs/security.md: each has a test there that names it. So
// has each other rule that a table of the docs says is shown by a test.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { doors, goals, leaks, likeOtherwise } from "../hostile/attacks.ts";
import { literals, namesTo, redirectsTo } from "../net/ssrf-addresses.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(at(path), "utf8");
const rows = [
  ...read("docs/security.md").matchAll(/^\| ([A-Z]{2,3}-\d+) \| [^|]+ \| ((?:`[^`]+`(?:, )?)+) \|$/gm),
].map(([, rule = "", paths = ""]) => [rule, paths.match(/[^`, ]+/g) ?? []] as const);

/** Without these nobody should run it. A new one is added here first, and fails until a test names it. */
const mustHold: Readonly<Record<string, readonly number[]>> = {
  ID: upTo(7),
  ING: upTo(5),
  POL: upTo(5),
  VLT: upTo(10),
  CON: upTo(13),
  MCP: upTo(11),
  APR: [1, 2, 3, 4, 5, 6, 7, 10],
  TNT: [1, 2, 3, 4, 6],
  SBX: upTo(7),
  EGR: upTo(3),
  OUT: upTo(5),
  AUD: upTo(5),
  RED: upTo(4),
  OPS: upTo(4),
};
/** Decided otherwise, with its reason. */
const decided = new Set(["ID-5"]);
const rules = Object.entries(mustHold).flatMap(([group, all]) => all.map((n) => `${group}-${n}`));

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, n) => n + 1);
}

function testsIn(folder: string): string[] {
  return readdirSync(at(folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);
}

/** In titles and tables: what a comment says is no test. */
function named(text: string): string[] {
  const code = text.split("\n").filter((line) => !/^\s*(?:\/\/|\*|\/\*)/.test(line));
  return code.join("\n").match(/\b[A-Z]{2,3}-\d+\b/g) ?? [];
}

/** Rows of the table that begins with `opening` in a test: it is not to be loaded here. */
function rowsIn(path: string, opening: string): number {
  const [, indent = "", table = ""] =
    new RegExp(`^( *)(?:const|export const) ${opening}\\b([^]*?)\\n\\1\\];`, "m").exec(read(path)) ?? [];
  return table.match(new RegExp(`^${indent}  \\[`, "gm"))?.length ?? 0;
}

/** As the table under "Counted" has them. */
const counted = {
  attacks: goals.length * 2 + leaks.length + doors.length * 2,
  goals: goals.length,
  leaks: leaks.length,
  dojo: new Set([...goals.flatMap(({ like }) => like), ...Object.keys(likeOtherwise)]).size,
  requests: literals.length * 4 + namesTo.length * 4 + redirectsTo.length * 15,
  literals: literals.length,
  names: namesTo.length,
  redirects: redirectsTo.length,
  escapes: rowsIn("test/tools/sandbox/escape.sandbox.test.ts", "attacks"),
  tampering: rowsIn("test/audit/verify.test.ts", "attacks"),
  slow: rowsIn("test/hostile/long-texts.test.ts", "texts"),
};

describe("docs/security", () => {
  it("has every rule that must hold, once", () => {
    const found = rows.map(([rule]) => rule);
    expect(rules.filter((rule) => !found.includes(rule))).toEqual([]);
    expect(found.filter((rule, n) => found.indexOf(rule) !== n)).toEqual([]);
  });

  it.each(rows)("%s is named by %s", (rule, paths) => {
    expect(paths).not.toEqual([]);
    for (const path of paths) expect(read(path)).toMatch(new RegExp(`\\b${rule}\\b`));
  });

  it("every rule that must hold is named by a test", () => {
    const tests = testsIn("test").filter((path) => !path.startsWith("test/docs/"));
    const found = new Set(tests.flatMap((path) => named(read(path))));
    expect(rules.filter((rule) => !found.has(rule) && !decided.has(rule))).toEqual([]);
  });

  it("every test that a table of MCP rules names is there, and names the rule", () => {
    const told = [
      ...read("docs/mcp.md").matchAll(/^\| ([A-Z]{3}-\d+(?:, [A-Z]{3}-\d+)*) \|.*\| (`test[^|]+) \|$/gm),
    ];
    const wrong = told.flatMap(([, which = "", paths = ""]) => {
      const files = paths.match(/test\/[\w./-]+/g) ?? [];
      const text = files.map((path) => (existsSync(at(path)) ? read(path) : "")).join();
      return which.split(", ").filter((rule) => !new RegExp(`\\b${rule}\\b`).test(text));
    });
    expect(told.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it("says how many cases there are, as many as there are", () => {
    const told = /^## Counted\n([^]*?)\n## /m.exec(read("docs/security.md"))?.[1] ?? "";
    const numbers = Object.entries(counted).filter(([, count]) => !new RegExp(`\\b${count}\\b`).test(told));
    expect(doors).toHaveLength(10);
    expect(Math.min(...Object.values(counted))).toBeGreaterThan(5);
    expect(numbers).toEqual([]);
  });
});
