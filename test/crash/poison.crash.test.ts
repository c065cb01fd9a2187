// A run that kills its process each time it is worked on (RC4, SW3): it is tried five times, the last ones alone, and given up. Those
// that were merely beside it in a process that died are done, each of their steps once.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { addRun, findRun } from "../workers/rows.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

const steps = 3;
const poison = "run_poison";
const bystanders = ["run_1", "run_2", "run_3"];
/** The life in which all of them have been taken over twice without a step. */
const suspectsFrom = 3;

describe("crash: a run that kills its process", () => {
  let dir: string;
  let store: Store;
  let lives: WorkerProcess[];
  const outside = (): string => path.join(dir, "outside.txt");
  beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), "deputy-poison-"));
    store = await createSqliteStore({ path: path.join(dir, "deputy.db") });
    lives = [];
  });
  afterEach(async () => {
    await Promise.all(lives.map((life) => life.kill()));
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const live = (): WorkerProcess => {
    const life = startWorker({
      database: path.join(dir, "deputy.db"),
      outside: outside(),
      nonce: `w_${lives.length}`,
      concurrency: 20,
      steps,
      stepMs: 500,
      leaseMs: 15_000,
      sliceMs: 300_000,
      // As long as nobody is a suspect, all of them are at work when it ends the process.
      poison: { run: poison, begun: lives.length < suspectsFrom ? 1 + bystanders.length : 1, afterMs: 150 },
    });
    lives.push(life);
    return life;
  };
  const begun = (life: WorkerProcess): (string | undefined)[] =>
    life.events.filter(({ event }) => event === "began").map(({ run }) => run);

  /** False if it died instead. */
  const givesUp = (life: WorkerProcess): Promise<boolean> =>
    life
      .until(({ event }) => event === "given-up", 60_000)
      .then(
        () => true,
        () => false,
      );

  it("RC4 SW3: ends itself, and not those beside it", async () => {
    for (const id of [poison, ...bystanders]) await addRun(store, id, { person: `person-of-${id}` });

    while (lives.length < 8 && !(await givesUp(live())));
    for (const id of bystanders) await expect.poll(async () => (await findRun(store, id)).state).toBe("done");

    expect(await findRun(store, poison)).toMatchObject({ state: "failed", outcome: { code: "run.poison" } });
    expect(lives).toHaveLength(6);
    for (const life of lives.slice(0, suspectsFrom))
      expect(new Set(begun(life))).toEqual(new Set([poison, ...bystanders]));
    // None of the others is begun while the poison is at work.
    for (const life of lives.slice(suspectsFrom, 5)) expect(begun(life).at(-1)).toBe(poison);
    for (const id of bystanders) expect((await findRun(store, id)).epoch).toBeLessThanOrEqual(6);
    const acts = readFileSync(outside(), "utf8").trim().split("\n");
    expect(acts.map((line) => line.split(" ").slice(0, 2).join(" ")).toSorted()).toEqual(
      bystanders.flatMap((id) => Array.from({ length: steps }, (_, n) => `${id} ${n}`)).toSorted(),
    );
  });
});
