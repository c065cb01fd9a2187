// A run whose rows or folder cannot be opened ends with words, not with a worker that fails for ever (J1, I13).

import { isAppError } from "../base/errors.ts";
import type { Segment } from "./contract.ts";
import type { RuntimeDeps } from "./deps.ts";
import { failureText } from "./voice/apologies.ts";
import { resultPost } from "./voice/result.ts";
import { sessionStatus } from "./voice/session-status.ts";

export async function failUnopened(segment: Segment, error: unknown, deps: RuntimeDeps): Promise<"settled"> {
  const { run, lease } = segment;
  const raw = isAppError(error) ? error.code : "run.bug";
  const code = raw === "store.corrupt_row" || raw === "workspace.blob_corrupt" ? "run.corrupt" : raw;
  const now = deps.world.clock.now();
  deps.world.log.error("A run could not be opened", { run: run.id, code: raw, error });
  await deps.store.write(async (tx) => {
    await tx.runs.advance(lease, run.cursor, run.cursor, run.spent);
    const text = failureText(code, "");
    await tx.outbox.add(resultPost(run, { outcome: "failed", text, files: [], now }), now);
    await tx.outbox.add(sessionStatus(run, "active", deps.world.ids), now);
    await tx.runs.settle(lease, "failed", { code, summary: text }, now);
  });
  return "settled";
}
