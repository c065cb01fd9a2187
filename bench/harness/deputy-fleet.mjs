// The product over one of its two profiles, as real processes: `sqlite` is one process with everything, `postgres-redis` one with the
// doors and several that work.

import { startKillable } from "./killable.mjs";
import { freshDatabase } from "./postgres.mjs";
import { startTaskModel } from "./task-model.mjs";

const childUrl = new URL("./deputy-child.mjs", import.meta.url);
let redisDatabases = 0;

/** `processes` are those that may be killed; what the chat showed is in `results` and `doubts`, by message id. */
export async function openFleet({
  profile,
  folder,
  world,
  callsOf,
  servers,
  workers = 2,
  env = {},
  thinkMs = 0,
  machines = [],
}) {
  const model = await startTaskModel({ callsOf, thinkMs });
  const shared = {
    OPENAI_API_KEY: "none",
    OPENAI_BASE_URL: model.baseUrl,
    DEPUTY_MODEL_API: "responses",
    ...(profile === "sqlite" ? {} : await serversOf(servers)),
    ...env,
  };
  const results = new Map();
  const doubts = new Map();
  const hear = ({ result, text, doubt, id, key }) => {
    if (result !== undefined) results.set(id, { outcome: result, text, key });
    if (doubt !== undefined) doubts.set(id, { name: doubt, key });
  };
  const start = (role, otherMachine) =>
    startKillable(childUrl, { role, env: shared, folder, worldUrl: world.url, otherMachine }, hear);
  const alone = profile === "sqlite";
  const doors = alone ? undefined : await start("web");
  const roles = Array.from({ length: alone ? 1 : workers }, (_, at) => [
    alone ? "all" : "worker",
    machines[at],
  ]);
  const processes = await Promise.all(roles.map(([role, machine]) => start(role, machine)));
  const chat = () => doors ?? processes[0];
  return {
    env: shared,
    processes,
    doors,
    results,
    doubts,
    start,
    async ask(tasks) {
      chat().tell({ say: tasks.map(({ mark }) => `please do ${mark}`) });
    },
    async restart(at) {
      processes[at] = await start(...roles[at]);
    },
    async close() {
      const alive = [doors, ...processes].filter((one) => one?.isAlive());
      await Promise.all(alive.map((one) => one.kill()));
      await model.close();
    },
  };
}

async function serversOf({ postgresUrl, redisUrl }) {
  redisDatabases += 1;
  return {
    DATABASE_URL: await freshDatabase(postgresUrl),
    DEPUTY_MASTER_KEY: Buffer.alloc(32, 9).toString("base64"),
    REDIS_URL: `${redisUrl}/${redisDatabases % 16}`,
  };
}
