// 200 runs that wait or are in the middle of a step when a release ends, and the next one with other tools, other
// instructions and processes of its own: all of them go on, and nothing that was done is done again (I4, I5, R2).

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LocalMessage } from "../../src/chat/local/room.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { configFileName, type Fleet, startFleet } from "../app/fleet.ts";
import type { Thread } from "../app/people.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";
import { budgetSteps, type Job, jobsOf, leaveBehind, resultOf, scriptJob } from "./left-behind.ts";

const jobs = jobsOf({
  queued: 20,
  question: 40,
  budget: 10,
  model: 40,
  compaction: 10,
  keyed: 20,
  once: 20,
  gone: 20,
  changed: 10,
  doubt: 10,
});

const goOnMs = 150_000;

let redis: RedisServer;
let fleet: Fleet;
beforeEach(async () => {
  redis = await startRedisServer();
  fleet = await startFleet({ REDIS_URL: redis.url }, oldConfig);
});
afterEach(async () => {
  await fleet?.stop();
  await redis?.stop();
});

const oldConfig = `agents:
  - name: deputy
    instructions: Work as in the old days.
    budget: { steps: ${budgetSteps} }
`;
const newConfig = `agents:
  - name: deputy
    instructions: Work in the new way, and say so.
    tools: ["*", "!remember"]
    budget: { steps: 100 }
`;

describe("crash: a new release", () => {
  it(`I4 I5: ${jobs.length} of ${jobs.length} runs of the old one go on`, async () => {
    const { people, model, app } = fleet;
    const noteFile = path.join(fleet.folder, "notes.txt");
    for (const job of jobs) scriptJob(model, job, noteFile);
    const asking = [people.ana, people.bo, people.ada];
    const threads = new Map<Job, Thread>();
    for (const [n, job] of jobs.entries()) {
      const person = asking[n % asking.length] ?? people.ana;
      threads.set(job, await person.asks(`@deputy ${job.mark} Do it.`));
    }
    await leaveBehind({ app, model, noteFile, config: configOf(fleet) }, jobs);
    const journals = await journalsOf(fleet);

    await writeFile(path.join(fleet.folder, configFileName), newConfig);
    await Promise.all([fleet.worker("new"), fleet.worker("new")]);
    const asked = new Set<string>();
    await expect
      .poll(
        async () => {
          for (const [n, job] of jobs.entries()) {
            const person = asking[n % asking.length] ?? people.ana;
            const open = threads
              .get(job)
              ?.posts("attention")
              .filter(({ id, body }) => !body.decided && !asked.has(id));
            for (const post of open ?? []) {
              asked.add(post.id);
              await person.clicks(post, choiceFor(post));
            }
          }
          return statesOf(fleet);
        },
        { timeout: goOnMs, interval: 250 },
      )
      .toEqual({ done: jobs.length });

    expect(await notesIn(noteFile)).toEqual(
      jobs
        .filter(({ left }) => ["keyed", "once", "gone", "changed", "doubt"].includes(left))
        .map(({ mark }) => mark)
        .toSorted(),
    );
    for (const job of jobs) {
      await expect
        .poll(() =>
          threads
            .get(job)
            ?.posts("result")
            .map(({ body }) => body.text),
        )
        .toEqual([resultOf(job)]);
    }
    const after = await journalsOf(fleet);
    for (const [run, steps] of after) {
      expect(steps.map(({ n }) => n)).toEqual(steps.map((_step, n) => n));
      const before = journals.get(run)?.filter(({ state }) => state === "done" || state === "failed") ?? [];
      expect(steps.filter(({ n }) => before.some((step) => step.n === n))).toEqual(before);
    }
  });
});

function configOf({ env, folder }: Fleet): ReturnType<typeof loadConfig> {
  return loadConfig({ env: { ...env }, cwd: folder });
}

/** A question: the first option. A doubt: it ran. A budget: more. */
function choiceFor({ content }: LocalMessage): string {
  if (content.kind !== "deputy" || content.body.kind !== "attention")
    throw new Error("Nothing to choose from");
  return content.body.options[0]?.label ?? "";
}

async function statesOf({ app }: Fleet): Promise<Readonly<Record<string, number>>> {
  const counts = await app.edges.store.read((tx) => tx.runs.counts());
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

async function journalsOf({ app }: Fleet) {
  return app.edges.store.read(async (tx) => {
    const runs = await tx.runs.list({ limit: 1_000 });
    return new Map(await Promise.all(runs.map(async ({ id }) => [id, await tx.steps.list(id, 0)] as const)));
  });
}

async function notesIn(file: string): Promise<string[]> {
  return (await readFile(file, "utf8")).trimEnd().split("\n").toSorted();
}
