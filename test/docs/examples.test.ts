import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { builtinTools } from "../../src/tools/registry.ts";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe("docs/examples", () => {
  it("has the three employees", () => {
    expect(examples).toEqual(expect.arrayContaining(["data-analyst", "sales-assistant", "support-triage"]));
  });

  it.each(examples)("%s loads without any variable, and has instructions of its own", (name) => {
    const path = join(folder, name, "deputy.config.yml");

    const { file } = loadConfig({ env: { DEPUTY_CONFIG: path }, cwd: folder });

    expect(file.found).toBe(true);
    for (const agent of file.settings.agents) expect(agent.instructions).toMatch(/^You /);
  });

  it.each(examples)("%s names tools that there are", (name) => {
    const path = join(folder, name, "deputy.config.yml");
    const { file } = loadConfig({ env: { DEPUTY_CONFIG: path }, cwd: folder });

    const patterns = file.settings.agents.flatMap(({ tools }) => tools);
    const idle = patterns.filter(
      (pattern) => !builtinTools.some((tool) => picomatch.isMatch(tool.name, pattern)),
    );

    expect(idle).toEqual([]);
  });

  it.each(examples)("%s says in its README how to start it", (name) => {
    const readme = readFileSync(join(folder, name, "README.md"), "utf8");

    expect(readme).toContain(`DEPUTY_CONFIG=examples/${name}/deputy.config.yml npm run dev`);
    expect(existsSync(join(folder, name, "deputy.config.yml"))).toBe(true);
  });
});
