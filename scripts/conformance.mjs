// The client scenarios of MCP's conformance suite, against the product's own client (test/conformance/client.ts). What passes is kept
// in docs/mcp.md and compared: `npm run conformance`. `--write` puts the present results there.
//
// The suite needs Node 22 or later; the client runs on the Node that runs this. CONFORMANCE_NODE names another Node for the suite.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const page = join(root, "docs/mcp.md");
const suite = join(root, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
const client = `${process.execPath} --import tsx ${join(root, "test/conformance/client.ts")}`;
const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const node = suiteNode();

if (node === undefined) {
  console.log("Skipped: the conformance suite needs Node 22 or later, and CONFORMANCE_NODE names none.");
  process.exit(0);
}

const results = new Map();
for (const scenario of scenarios()) {
  if (only.length > 0 && !only.includes(scenario)) continue;
  const checks = played(scenario);
  const bad = checks.filter(({ status }) => status === "FAILURE" || status === "WARNING");
  results.set(scenario, checks.length > 0 && bad.length === 0 ? "passes" : "fails");
  console.log(`${results.get(scenario)}  ${scenario}${bad.map(({ id }) => `  ${id}`).join("")}`);
}
const passed = [...results.values()].filter((result) => result === "passes").length;
console.log(` Scenarios  ${passed} passed of ${results.size}`);
if (only.length === 0) process.exitCode = process.argv.includes("--write") ? write() : compare();

function suiteNode() {
  for (const candidate of [process.env.CONFORMANCE_NODE, process.execPath]) {
    if (candidate === undefined) continue;
    const { stdout } = spawnSync(candidate, ["-p", "process.versions.node"], { encoding: "utf8" });
    if (Number.parseInt(stdout, 10) >= 22) return candidate;
  }
  return undefined;
}

function scenarios() {
  const { stdout } = spawnSync(node, [suite, "list", "--client"], { encoding: "utf8" });
  return [...stdout.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name);
}

function played(scenario) {
  const folder = mkdtempSync(join(tmpdir(), "deputy-conformance-"));
  try {
    const words = [suite, "client", "--command", client, "--scenario", scenario];
    const ran = spawnSync(node, [...words, "--timeout", "60000", "--output-dir", folder], {
      cwd: root,
      encoding: "utf8",
    });
    if (process.argv.includes("--verbose")) console.log(ran.stdout, ran.stderr);
    const file = readdirSync(folder, { recursive: true }).find((name) => name.endsWith("checks.json"));
    return file === undefined ? [] : JSON.parse(readFileSync(join(folder, file), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `| scenario | passes or fails | why |`, the last one written by people. */
function rows() {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^\| `([^`]+)` \| (passes|fails) \| (.*?) ?\|$/gm)].map(
    ([line, name, result, why]) => ({
      line,
      name,
      result,
      why,
    }),
  );
}

function compare() {
  const kept = new Map(rows().map(({ name, result }) => [name, result]));
  const names = new Set([...kept.keys(), ...results.keys()]);
  const other = [...names].filter((name) => kept.get(name) !== results.get(name));
  for (const name of other)
    console.error(
      `${name}: docs/mcp.md says ${kept.get(name) ?? "nothing"}, it ${results.get(name) ?? "is not there"}`,
    );
  console.log(
    ` Tests  ${names.size - other.length} passed${other.length === 0 ? "" : ` | ${other.length} failed`} (as docs/mcp.md has them)`,
  );
  return other.length === 0 ? 0 : 1;
}

function write() {
  const before = rows();
  const why = new Map(before.map((row) => [row.name, row.why]));
  const lines = [...results].map(([name, result]) => `| \`${name}\` | ${result} | ${why.get(name) ?? ""} |`);
  const text = readFileSync(page, "utf8");
  const table = before.map(({ line }) => line).join("\n");
  writeFileSync(page, table === "" ? `${text}${lines.join("\n")}\n` : text.replace(table, lines.join("\n")));
  return 0;
}
