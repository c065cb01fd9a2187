// A version of the workspace after a step that changed something (design 4).

import type { TaintMarks } from "../domain/taint.ts";
import type { Done } from "./act.ts";
import type { RuntimeDeps } from "./deps.ts";
import { currentManifest } from "./seen-marks.ts";
import type { Work } from "./work.ts";

/**
 * Puts what changed into blobs; the row goes into the step's own transaction. Undefined if nothing changed. What was written
 * has the run's marks, unless `taintOf` knows better.
 */
export async function takeVersion(
  work: Work,
  step: number,
  deps: RuntimeDeps,
  taintOf: (path: string) => TaintMarks = () => work.run.taint,
): Promise<Done["manifest"] | undefined> {
  const snapshot = await work.workspace.snapshot(await currentManifest(work, deps), taintOf);
  if (!snapshot) return undefined;
  await deps.world.failpoint("workspace.after-blobs");
  return {
    content: snapshot.manifest,
    row: {
      conversation: work.conversation.id,
      workspace: work.conversation.workspace,
      digest: snapshot.digest,
      files: snapshot.files,
      sizeBytes: snapshot.sizeBytes,
      run: work.run.id,
      step,
      createdAt: deps.world.clock.now(),
    },
  };
}
