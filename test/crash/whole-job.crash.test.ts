// The whole job with the process killed (-9) at every typed failpoint, once each, and started again over the same folder.
// Outcome and what people see must be those of an undisturbed run: nothing lost (I1), nothing said twice (I2), no step
// done or journalled twice (I4, I5).

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type FailpointName, failpointNames } from "../../src/base/failpoints.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Step } from "../../src/domain/step.ts";
import { openStore } from "../../src/store/open.ts";
import { printed } from "../support/child.ts";

const points: readonly (FailpointName | "none")[] = ["none", ...failpointNames];
const script = fileURLToPath(new URL("./whole-job-child.ts", import.meta.url));

function start(folder: string, point: string): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", script, folder, point], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The job must come by the point, or the case would prove nothing. */
async function dieAt(folder: string, point: FailpointName): Promise<void> {
  const [code, signal] = await once(start(folder, point), "close");
  if (signal !== "SIGKILL") throw new Error(`The process did not die at ${point}: it ended with ${code}`);
}

describe.concurrent("crash: the whole job", () => {
  it.each(points)(
    "I1 I2 I4: comes out the same when the process dies at %s",
    async (point) => {
      const folder = await mkdtemp(path.join(tmpdir(), "deputy-whole-"));
      try {
        if (point !== "none") await dieAt(folder, point);
        const child = start(folder, "none");
        await printed(child, /result/);
        child.kill("SIGKILL");
        await once(child, "close");

        const outcome = await outcomeOf(folder);
        expect(outcome.posts.filter((kind) => kind !== "notice").toSorted()).toEqual([
          "attention",
          "card",
          "result",
        ]);
        expect(outcome.runs).toEqual(["done"]);
        expect(outcome.steps.every((step) => step.state === "done")).toBe(true);
        expect(outcome.steps.map((step) => step.n)).toEqual(outcome.steps.map((_step, n) => n));
        expect(new Set(outcome.calls).size).toBe(outcome.calls.length);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );
});

async function outcomeOf(folder: string): Promise<Outcome> {
  const store = await openStore({ dataFolder: folder, log: silentLogger });
  try {
    const runs = await store.read((tx) => tx.runs.list({ limit: 10 }));
    const steps = await store.read(async (tx) =>
      (await Promise.all(runs.map((run) => tx.steps.list(run.id, 0)))).flat(),
    );
    return {
      posts: await postsOf(folder),
      runs: runs.map((run) => run.state),
      steps,
      calls: steps.flatMap((step) => step.callId ?? []),
    };
  } finally {
    await store.close();
  }
}

interface Outcome {
  readonly posts: readonly string[];
  readonly runs: readonly string[];
  readonly steps: readonly Step[];
  readonly calls: readonly string[];
}

/** Kinds of the messages that the platform holds: what people see, not what we think we sent. */
async function postsOf(folder: string): Promise<string[]> {
  const files = await readdir(path.join(folder, "chat"));
  const log = files.find((name) => name.endsWith(".ndjson")) ?? "";
  const text = await readFile(path.join(folder, "chat", log), "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith(`{"type":"posted"`))
    .map((line) => /"body":\{"kind":"(\w+)"/.exec(line)?.[1] ?? "");
}
