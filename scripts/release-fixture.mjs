// Keeps what this release leaves in its data folder, so that later ones show that they go on with it: runs in every state, as
// SQL, with the chat and the blobs. Once per release: `npx tsx scripts/release-fixture.mjs`.

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { loadConfig } from "../src/config/load-config.ts";
import { settingsOf, startProduct } from "../test/app/product.ts";
import { budgetSteps, jobsOf, leaveBehind, lefts, scriptJob } from "../test/crash/left-behind.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
const out = path.join(root, "test/fixtures/releases", version);
const folder = await mkdtemp(path.join(tmpdir(), "deputy-release-"));

await writeFile(
  path.join(folder, "deputy.config.yml"),
  `agents:\n  - name: deputy\n    budget: { steps: ${budgetSteps} }\n`,
);
const env = { DEPUTY_CONFIG: path.join(folder, "deputy.config.yml") };
const product = await startProduct({ role: "web", folder, env });
const jobs = jobsOf(Object.fromEntries(lefts.map((left) => [left, 1])));
const noteFile = "/dev/null";
for (const job of jobs) {
  scriptJob(product.model, job, noteFile);
  await product.people.ana.asks(`@deputy ${job.mark} Do it.`);
}
const config = loadConfig({ env: { ...settingsOf(folder, product.model), ...env }, cwd: folder });
await leaveBehind({ app: product.app, model: product.model, config, noteFile }, jobs);
await product.app.gateway.delivery.idle();
await product.stop();

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await writeFile(path.join(out, "deputy.sql"), dump(path.join(folder, "deputy.db")));
for (const part of ["chat", "blobs"]) {
  await cp(path.join(folder, part), path.join(out, part), {
    recursive: true,
    filter: (file) => !file.includes(".lock"),
  });
}
await rm(folder, { recursive: true, force: true });
process.stdout.write(`${path.relative(root, out)}\n`);
process.exit();

/** Tables, their rows, then what hangs on them. */
function dump(file) {
  const database = new Database(file, { readonly: true });
  const made = database.prepare("select type, name, sql from sqlite_master where sql is not null").all();
  const tables = made.filter(({ type, name }) => type === "table" && !name.startsWith("sqlite_"));
  const others = made.filter(({ type }) => type !== "table");
  const rows = tables.flatMap(({ name }) =>
    database
      .prepare(`select * from "${name}"`)
      .all()
      .map((row) => `insert into "${name}" values (${Object.values(row).map(literal).join(", ")});`),
  );
  database.close();
  return `pragma foreign_keys = off;\n${[...tables.map(({ sql }) => `${sql};`), ...rows, ...others.map(({ sql }) => `${sql};`)].join("\n")}\n`;
}

function literal(value) {
  if (value === null) return "null";
  if (Buffer.isBuffer(value)) return `x'${value.toString("hex")}'`;
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
