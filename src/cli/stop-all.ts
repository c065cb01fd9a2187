// Stops everything (OPS-1): the brake first, then a record of what was under way, then each run with its message.

import path from "node:path";
import { writeFile } from "node:fs/promises";
import { openSigner } from "../audit/signing-key.ts";
import { auditDepsOf } from "../app/audit-edges.ts";
import { masterKeySource } from "../app/open-edges.ts";
import { systemClock } from "../base/clock.ts";
import { AppError, errorText } from "../base/errors.ts";
import { createIds } from "../base/ids.ts";
import { withoutUndefined } from "../base/without-undefined.ts";
import type { Approval } from "../domain/approval.ts";
import { asPersonKey } from "../domain/ids.ts";
import type { InFlightReport, RunInFlight } from "../domain/in-flight.ts";
import type { Run } from "../domain/run.ts";
import { operator, pullBrake } from "../gateway/brakes.ts";
import { stopRun } from "../gateway/stop-run.ts";
import type { Tx } from "../store/contract.ts";
import { CorruptRow } from "../store/errors.ts";
import { openMasterKey } from "../vault/master-key.ts";
import { cannotWrite } from "./cannot-write.ts";
import { withDesk } from "./desk-from-cli.ts";
import type { Rows } from "./open-rows.ts";

export interface StoppedAll {
  /** Where the report is. */
  readonly report: string;
  readonly stopped: number;
  readonly runs: readonly RunInFlight[];
}

const most = 100_000;

export async function stopAll(rows: Rows, out: string | undefined, by: string): Promise<StoppedAll> {
  const ids = createIds(() => systemClock.now());
  return withDesk(rows, async (desk) => {
    await desk.decide((d) => pullBrake(d, ids, { kind: "all", name: "" }, by));
    const { runs, flights } = await desk.read(inFlight);
    const kept = await keep(rows, out, { by, runs: flights }).catch((error: unknown) => asAppError(error));
    let stopped = 0;
    const person = operator(asPersonKey(`local:${by}`));
    for (const run of runs) if (await desk.decide((d) => stopRun(d, run, person))) stopped += 1;
    if (typeof kept !== "string") throw kept;
    return { report: kept, stopped, runs: flights };
  });
}

async function inFlight(
  tx: Tx,
): Promise<{ readonly runs: readonly Run[]; readonly flights: readonly RunInFlight[] }> {
  const runs = await tx.runs.list({ states: ["queued", "working", "waiting"], limit: most });
  const flights: RunInFlight[] = [];
  for (const run of runs) flights.push(await flightOf(tx, run));
  return { runs, flights };
}

async function flightOf(tx: Tx, run: Run): Promise<RunInFlight> {
  const { id, tenant, conversation, agent, subject, mode, state } = run;
  const [last] = await tx.steps.list(id, Math.max(0, run.cursor - 1));
  const open = (await tx.waits.readableOf(id)).find((wait) => wait.answer === undefined);
  const asked = await openApproval(tx, run);
  return {
    run: id,
    tenant,
    conversation,
    agent,
    subject,
    mode,
    state,
    ...withoutUndefined({
      step: last?.n,
      step_state: last?.state,
      tool: last?.tool,
      waiting_for: open?.kind,
      approval: asked?.id,
    }),
  };
}

/** Undefined also where its rows can't be read: stopping does not wait for the version that can. */
async function openApproval(tx: Tx, { id }: Run): Promise<Approval | undefined> {
  try {
    const all = await tx.approvals.forRun(id);
    return all.find(({ state }) => state === "pending" || state === "executing");
  } catch (error) {
    if (error instanceof CorruptRow) return undefined;
    throw error;
  }
}

/** Signed with the key of the audit log. */
async function keep(
  { config, store, log }: Rows,
  out: string | undefined,
  content: Pick<InFlightReport, "by" | "runs">,
): Promise<string> {
  const now = systemClock.now();
  const file =
    out ??
    path.join(config.core.dataFolder, `stop-all-${new Date(now).toISOString().replaceAll(":", "-")}.json`);
  const current = await openMasterKey(store, masterKeySource(config));
  const signer = await openSigner(auditDepsOf(store, { current }, log));
  const report = signer.report({ kind: "report", v: 1, time: new Date(now).toISOString(), ...content });
  await writeFile(file, `${JSON.stringify(report)}\n`, { mode: 0o600 }).catch((cause: unknown) => {
    throw cannotWrite(file, cause);
  });
  return file;
}

/** What is under way is ended all the same. */
function asAppError(error: unknown): AppError {
  return new AppError(
    "cli.no_report",
    `Everything is held up and being stopped, but there is no report of what was under way: ${errorText(error)}`,
    { cause: error },
  );
}
