// Measures the built product beside its comparators: `npm run bench [-- --quick] [-- --only durable-step,loop-overhead]`.
// What each figure means and leaves out is in docs/benchmarks.md.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { audit } from "./cases/audit.mjs";
import { backToWork } from "./cases/back-to-work.mjs";
import { click } from "./cases/click.mjs";
import { durableStep } from "./cases/durable-step.mjs";
import { durableStepPg } from "./cases/durable-step-pg.mjs";
import { effects } from "./cases/effects.mjs";
import { inbound } from "./cases/inbound.mjs";
import { loopOverhead } from "./cases/loop-overhead.mjs";
import { policy } from "./cases/policy.mjs";
import { redisLoss } from "./cases/redis-loss.mjs";
import { sandbox } from "./cases/sandbox.mjs";
import { scaling } from "./cases/scaling.mjs";
import { slack } from "./cases/slack.mjs";
import { start } from "./cases/start.mjs";
import { storedBytes } from "./cases/stored-bytes.mjs";
import { teams } from "./cases/teams.mjs";
import { vault } from "./cases/vault.mjs";
import { waiting } from "./cases/waiting.mjs";
import { wake } from "./cases/wake.mjs";
import { zombie } from "./cases/zombie.mjs";
import { figuresOf, judge, printCase } from "./harness/report.mjs";
import { measure } from "./harness/rotation.mjs";

const cases = [
  durableStep,
  durableStepPg,
  storedBytes,
  loopOverhead,
  inbound,
  slack,
  teams,
  wake,
  click,
  waiting,
  start,
  policy,
  sandbox,
  audit,
  vault,
  scaling,
  backToWork,
  zombie,
  redisLoss,
  effects,
];

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
    out: { type: "string" },
  },
});

async function main() {
  const chosen = choose(options.only);
  const results = [];
  for (const benchCase of chosen) {
    const rounds = roundsOf(benchCase);
    const measured = await measure(benchCase, {
      rounds,
      quick: options.quick,
      onRound: showRound(benchCase.name),
    });
    const result = {
      case: benchCase.name,
      goals: judge(benchCase, measured),
      figures: figuresOf(measured),
      rounds,
    };
    printCase(benchCase, result);
    results.push(result);
  }
  await keep(results);
  const missed = results.flatMap(({ goals }) => goals.filter(({ reached }) => !reached));
  console.log(missed.length === 0 ? "\nAll goals reached." : `\n${missed.length} goals not reached.`);
}

function choose(only) {
  if (only === undefined) return cases;
  const names = only.split(",");
  const unknown = names.filter((name) => !cases.some((benchCase) => benchCase.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no case ${unknown.join(", ")}. There are: ${cases.map(({ name }) => name).join(", ")}`,
    );
  }
  return cases.filter(({ name }) => names.includes(name));
}

function roundsOf(benchCase) {
  if (options.rounds !== undefined) return Number(options.rounds);
  return options.quick ? 1 : (benchCase.rounds ?? 7);
}

function showRound(name) {
  return (round, rounds) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${name}: round ${round} of ${rounds} `);
  };
}

/** A part of the cases replaces only its part of the file; a quick run is not worth keeping. */
async function keep(results) {
  if (options.quick && options.out === undefined) return;
  const file = path.resolve(options.out ?? path.join(import.meta.dirname, "results/latest.json"));
  const machine = {
    node: process.version,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const measuredAt = new Date().toISOString();
  const fresh = results.map((result) => ({ measuredAt, machine, ...result }));
  const others = (await earlier(file)).filter((old) => !fresh.some((result) => result.case === old.case));
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify([...others, ...fresh], fourDigits, 1)}\n`);
}

async function earlier(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

function fourDigits(_key, value) {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

await main();
