// What must always hold has a number (I1 to I14), and each number stands in the title of a test: what a comment says is no test.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("../", import.meta.url));
const titles = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("docs"))
  .flatMap(
    (name) => readFileSync(`${folder}/${name}`, "utf8").match(/["`][^"`\n]*\bI\d+\b[^"`\n]*["`]/gu) ?? [],
  );
const named = (number: string): string[] =>
  titles.filter((title) => new RegExp(`\\b${number}\\b`).test(title));

it.each(Array.from({ length: 14 }, (_, n) => `I${n + 1}`))("%s is named by several tests", (number) => {
  expect(named(number).length).toBeGreaterThan(2);
});
