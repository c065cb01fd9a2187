// Ends a run that cannot be worked on with words, not with a worker that fails for ever (J1, I13).

import { isAppError } from "../base/errors.ts";
import type { Lease, Run } from "../domain/run.ts";
import type { Segment } from "./contract.ts";
import type { RuntimeDeps } from "./deps.ts";
import { knownWrite } from "./known-commit.ts";
import { runEvent } from "./recording.ts";
import { runEnded } from "./seeing.ts";
import { toldHere } from "./told-run.ts";
import { failureText } from "./voice/apologies.ts";
import { progressLines, resultPost } from "./voice/result.ts";
import { cardEdit, cardKey } from "./voice/run-card.ts";
import { sessionStatus } from "./voice/session-status.ts";

/** Rows or folder of the run cannot be opened. */
export async function failUnopened(segment: Segment, error: unknown, deps: RuntimeDeps): Promise<"settled"> {
  const raw = isAppError(error) ? error.code : "run.bug";
  const code = raw === "store.corrupt_row" || raw === "workspace.blob_corrupt" ? "run.corrupt" : raw;
  deps.world.log.error("A run could not be opened", { code: raw, error });
  await failRun(segment.run, segment.lease, code, deps);
  return "settled";
}

/** `working → failed` under the lease, with result, card and session mark in the same transaction. The log has the run's ids. */
export async function failRun(
  run: Run,
  lease: Lease,
  code: string,
  deps: Pick<RuntimeDeps, "store" | "world">,
): Promise<void> {
  const now = deps.world.clock.now();
  const asked = await deps.store.read((tx) => tx.approvals.count(run.id));
  await knownWrite(deps, lease, async (tx) => {
    const told = await toldHere(tx, run);
    const text = failureText(code, progressLines(told));
    await tx.runs.advance(lease, run.cursor, run.cursor, run.spent);
    if (await tx.outbox.find(cardKey(run.id))) {
      await tx.outbox.add(cardEdit(told, { state: "Failed", noted: [] }, deps.world.ids.next("rev")), now);
    }
    await tx.outbox.add(resultPost(told, { outcome: "failed", code, text, files: [], now }), now);
    await tx.outbox.add(sessionStatus(told, "active", deps.world.ids), now);
    await tx.runs.settle(lease, "failed", { code, summary: text }, now);
    await tx.audit.append(runEvent(run, "run.failed", now, { code }));
  });
  deps.world.said?.();
  runEnded(deps.world, run, { state: "failed", code, asked });
}
