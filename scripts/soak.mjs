// The long form of tests, for a release: every attack of the hostile suite with Postgres too; hundreds of kills, and every
// failpoint at every time it is come by.
// Three minutes of many processes under load, and 1,000 events while web processes are killed.
// `--kills N` says how many random kills over both profiles; DEPUTY_TEST_SEED repeats a run.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { kills: { type: "string", default: "600" } } });
const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
const suites = [
  ["--project", "pg", "test/hostile"],
  ["--project", "crash"],
];
const states = suites.map((suite) =>
  spawnSync(process.execPath, [vitest, "run", ...suite], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      DEPUTY_HOSTILE: "all",
      DEPUTY_CHAOS_KILLS: values.kills,
      DEPUTY_CRASH_PASSES: "all",
      DEPUTY_FLEET_SECONDS: "180",
      DEPUTY_FLEET_EVENTS: "1000",
      DEPUTY_TEST_PEOPLE: "1000",
    },
  }),
);
process.exitCode = states.every(({ status }) => status === 0) ? 0 : 1;
