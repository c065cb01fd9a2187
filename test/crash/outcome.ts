// What came of a scenario: runs and journals from the database, messages from the chat that holds them.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { silentLogger } from "../../src/base/logger.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import type { Step } from "../../src/domain/step.ts";
import type { Wait } from "../../src/domain/wait.ts";
import type { Tx } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open.ts";
import type { Stage } from "./profiles.ts";

export interface Rows {
  readonly run: Run;
  readonly steps: readonly Step[];
  readonly waits: readonly Wait[];
}

/** Of every run, the oldest first. The product must be down or idle. */
export function rowsOf(stage: Stage): Promise<Rows[]> {
  return readOf(stage, async (tx) => {
    const runs = (await tx.runs.list({ limit: 1_000 })).toReversed();
    const rows: Rows[] = [];
    for (const run of runs) {
      rows.push({ run, steps: await tx.steps.list(run.id, 0), waits: await tx.waits.forRun(run.id) });
    }
    return rows;
  });
}

/** The product must be down or idle. */
export function schedulesOf(stage: Stage): Promise<readonly Schedule[]> {
  return readOf(stage, (tx) => tx.schedules.list({ limit: 100 }));
}

/** The product must be down or idle. */
export function approvalsOf(stage: Stage): Promise<readonly Approval[]> {
  return readOf(stage, (tx) => tx.approvals.list(1_000));
}

async function readOf<T>(stage: Stage, read: (tx: Tx) => Promise<T>): Promise<T> {
  const databaseUrl = stage.env["DATABASE_URL"];
  const store = await openStore({
    dataFolder: stage.folder,
    log: silentLogger,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  try {
    return await store.read(read);
  } finally {
    await store.close();
  }
}

/** `kind tool state` of each step, in order; a step that is not where it belongs shows its number. */
export function journalOf({ steps }: Pick<Rows, "steps">): string[] {
  return steps.map(({ n, kind, tool, state }, place) =>
    [n === place ? "" : `${n}:`, kind, tool ?? "", state].filter(Boolean).join(" "),
  );
}

const Posted = z.object({
  type: z.literal("posted"),
  body: z.object({
    kind: z.string(),
    about: z.string().optional(),
    text: z.string().optional(),
    outcome: z.string().optional(),
  }),
});
type Post = z.infer<typeof Posted>["body"];

/** What the platform holds: what people see, not what we think we sent. In the order of posting. */
export async function postsOf(stage: Stage): Promise<Post[]> {
  const folder = path.join(stage.folder, "chat");
  const logs = (await readdir(folder)).filter((name) => name.endsWith(".ndjson"));
  const texts = await Promise.all(logs.map((name) => readFile(path.join(folder, name), "utf8")));
  return texts
    .join("")
    .split("\n")
    .filter((line) => line.startsWith(`{"type":"posted"`))
    .flatMap((line) => Posted.safeParse(JSON.parse(line)).data?.body ?? []);
}
