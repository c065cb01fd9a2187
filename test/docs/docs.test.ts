import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const skipped = new Set(["node_modules", "dist", "data", "coverage", ".git"]);

/** Files under a folder of the repository, as paths from its root. */
function filesUnder(folder: string, ending: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesUnder(path, ending);
    return path.endsWith(ending) ? [path] : [];
  });
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = filesUnder(".", ".md").filter((path) => !path.startsWith("bench/results/"));
const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, "");

/** The anchors that a page has, as renderers make them of its headings. */
function anchorsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

function linksOf(page: string): string[] {
  return [...withoutCode(read(page)).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

describe("docs/docs", () => {
  it.each(pages)("%s links to pages, files and headings that are there", (page) => {
    const broken = linksOf(page)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : relative(root, resolve(root, dirname(page), path));
        if (!existsSync(join(root, file))) return true;
        return anchor !== undefined && file.endsWith(".md") && !anchorsOf(read(file)).includes(anchor);
      });

    expect(broken).toEqual([]);
  });

  it.each(pages)("%s names paths that are there", (page) => {
    const named = [
      ...read(page).matchAll(/`((?:src|test|docs|examples|drizzle|bench|scripts|deploy)(?:\/[\w.*-]+)*)`/g),
    ];
    const missing = named
      .map(([, path = ""]) => path)
      .filter((path) => !/[*]|\bNAME\b/.test(path) && !existsSync(join(root, path)));

    expect(missing).toEqual([]);
  });

  it("describes how to add to every registry", () => {
    const guides = filesUnder("docs/adding", ".md").map(read).join("\n");

    expect(
      filesUnder("src", "registry.ts").filter((registry) => !guides.includes(`\`${registry}\``)),
    ).toEqual([]);
  });

  it("has every folder of src on the architecture page", () => {
    const page = read("docs/architecture.md");
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && readdirSync(join(root, "src", entry.name)).length > 0,
    );

    expect(folders.map(({ name }) => `src/${name}`).filter((path) => !page.includes(`\`${path}\``))).toEqual(
      [],
    );
  });

  it("leads from the architecture page to every guide", () => {
    const links = linksOf("docs/architecture.md");

    expect(
      readdirSync(join(root, "docs/adding")).filter((name) => !links.includes(`adding/${name}`)),
    ).toEqual([]);
  });

  it("numbers decisions without a gap", () => {
    const numbers = readdirSync(join(root, "docs/decisions")).map((name) =>
      Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]),
    );

    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
  });

  it("gives each decision its context, choice and consequence", () => {
    for (const page of filesUnder("docs/decisions", ".md")) {
      const parts = [...read(page).matchAll(/\*\*(Context|Choice|Consequence)\.\*\*/g)].map(
        ([, part]) => part,
      );
      expect(parts).toEqual(["Context", "Choice", "Consequence"]);
    }
  });
});
