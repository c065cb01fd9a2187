// Runs the subjects of a case side by side in time: in each round every subject does the same task, and the order moves on by
// one with each round, so that a machine that gets slower or busier in the middle hits all of them.
//
//   B1  A subject has a process of its own, from the first round to the last: no shared heap, no shared garbage.
//   B2  Nothing is measured in the first round of a subject.
//   B3  Only one subject works at a time.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startPostgres } from "./postgres.mjs";
import { startRedis } from "./redis.mjs";

const entry = fileURLToPath(new URL("./subject-process.mjs", import.meta.url));

/** `{ [task]: { [subject]: [one set of measurements per round] } }` */
export async function measure(benchCase, { rounds, quick, onRound }) {
  const redis = benchCase.redis ? await startRedis() : undefined;
  const postgres = benchCase.postgres ? await startPostgres() : undefined;
  const servers = {
    ...(redis && { BENCH_REDIS_URL: redis.url }),
    ...(postgres && { BENCH_POSTGRES_URL: postgres.url }),
  };
  try {
    return await measureOn(benchCase, { rounds, quick, onRound, servers });
  } finally {
    await Promise.all([redis?.stop(), postgres?.stop()]);
  }
}

async function measureOn(benchCase, { rounds, quick, onRound, servers }) {
  const subjects = await Promise.all(
    benchCase.subjects.map((name) => startSubject(benchCase.name, name, servers)),
  );
  try {
    const measured = {};
    for (let round = benchCase.warmUp === false ? 1 : 0; round <= rounds; round += 1) {
      for (const task of benchCase.tasks) {
        await oneRound({ subjects, task, round, quick, measured });
      }
      onRound(round, rounds);
    }
    return measured;
  } finally {
    await Promise.all(subjects.map((subject) => subject.close()));
  }
}

async function oneRound({ subjects, task, round, quick, measured }) {
  const input = quick ? { ...task.input, ...task.quick } : task.input;
  for (let place = 0; place < subjects.length; place += 1) {
    const subject = subjects[(place + round) % subjects.length];
    if (task.subjects && !task.subjects.includes(subject.name)) continue;
    const figures = await subject.ask(input);
    if (round === 0) continue;
    measured[task.name] ??= {};
    measured[task.name][subject.name] ??= [];
    measured[task.name][subject.name].push(figures);
  }
}

async function startSubject(caseName, name, servers) {
  const child = fork(entry, [caseName, name], {
    env: { ...process.env, ...servers },
    execArgv: ["--expose-gc", "--no-warnings"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let waiting;
  const answer = () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  child.on("message", (message) => {
    if (message.failed === undefined) waiting?.resolve(message.figures);
    else waiting?.reject(new Error(`${caseName}/${name}: ${message.failed}`));
  });
  const gone = new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      waiting?.reject(new Error(`${caseName}/${name} ended in the middle (${signal ?? code})`));
      resolve();
    });
  });
  await answer();
  return {
    name,
    ask(input) {
      const answered = answer();
      child.send({ input });
      return answered;
    },
    async close() {
      if (child.connected) child.send({ close: true });
      await gone;
    },
  };
}
