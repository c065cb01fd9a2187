// How many runs a second worker processes get through that have nothing to wait for but each other, Postgres, Redis and the model.
//
// The runs are rows before the first worker is up; measured is from the first tenth that is done to the last.

import { setTimeout as wait } from "node:timers/promises";
import { startKillable } from "./killable.mjs";
import { ask, freshDatabase } from "./postgres.mjs";
import { openPlace, queueRun } from "./product.mjs";
import { startTaskModel } from "./task-model.mjs";

const childUrl = new URL("./deputy-child.mjs", import.meta.url);
const people = 50;
const atOnce = 20;

/** A run takes `turns` calls of the model and as many of a tool: its steps are twice that. */
export async function measureThroughput({ folder, servers, workers, runs, turns, thinkMs }) {
  const calls = [
    ...Array.from({ length: turns - 1 }, (_, at) => ["list_files", { path: "", depth: 1 + (at % 5) }]),
    ["finish", { summary: "All looked at.", files: [] }],
  ];
  const model = await startTaskModel({ callsOf: () => calls, thinkMs });
  const databaseUrl = await freshDatabase(servers.postgresUrl);
  const place = await openPlace(folder, { databaseUrl });
  for (let first = 0; first < runs; first += atOnce) {
    const some = Math.min(atOnce, runs - first);
    await Promise.all(
      Array.from({ length: some }, (_, at) => queueRun(place, { subject: personAt(first + at) })),
    );
  }
  await place.close();

  const env = {
    OPENAI_API_KEY: "none",
    OPENAI_BASE_URL: model.baseUrl,
    DEPUTY_MODEL_API: "responses",
    DATABASE_URL: databaseUrl,
    DEPUTY_MASTER_KEY: Buffer.alloc(32, 9).toString("base64"),
    REDIS_URL: servers.redisUrl,
  };
  const processes = await Promise.all(
    Array.from({ length: workers }, () =>
      startKillable(childUrl, { role: "worker", env, folder, worldUrl: "" }),
    ),
  );
  try {
    const done = () =>
      ask(databaseUrl, "select count(*)::int as runs from runs where state = 'done'").then(
        ([row]) => row.runs,
      );
    const [from, fromAt] = await reached(done, Math.ceil(runs / 10));
    const [to, toAt] = await reached(done, runs);
    return { runsPerSecond: ((to - from) * 1_000) / (toAt - fromAt) };
  } finally {
    await Promise.all(processes.map((one) => one.kill()));
    await model.close();
  }
}

function personAt(place) {
  return `local:local:p${place % people}`;
}

async function reached(count, wanted) {
  for (;;) {
    const now = await count();
    if (now >= wanted) return [now, performance.now()];
    await wait(50);
  }
}
