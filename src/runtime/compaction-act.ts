// Condenses a full context: the earlier messages go to a file, notes take their place, the run goes on in a fresh window.
//
//   K2  A distillation that fails or forgets never fails the run: the mechanical notes are enough to go on.

import { isAppError } from "../base/errors.ts";
import type { KeptNotes, Usage } from "../domain/step.ts";
import type { Done } from "./act.ts";
import { askModel } from "./ask-model.ts";
import { sharedTokens, tokenRatio } from "./context-size.ts";
import type { RuntimeDeps } from "./deps.ts";
import {
  type Distilled,
  distilRequest,
  distilRoom,
  nothingDistilled,
  readDistilled,
} from "./distillation.ts";
import { distilInstructions } from "./instructions.ts";
import { keptBefore } from "./keep.ts";
import { limits } from "./limits.ts";
import { maxOutputTokens } from "./model-act.ts";
import { condense } from "./notes.ts";
import { notesFile, planFile, transcriptFile } from "./own-files.ts";
import { recordParts } from "./record.ts";
import { settledCompaction } from "./settle-steps.ts";
import { takeVersion } from "./versions.ts";
import type { Work } from "./work.ts";

const noUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, usdMicros: 0 };

export async function performCompaction(work: Work, n: number, deps: RuntimeDeps): Promise<Done> {
  const { countTokens: count, contextTokens } = deps.model;
  const ratio = tokenRatio(work, count);
  const before = keptBefore(work.steps);
  const { distilled, usage } = await distil(work, n, { before, ratio }, deps);
  if (work.control.stop.aborted || work.control.abandon.aborted) return { results: [], effects: [] };
  const path = transcriptFile(work.run, n);
  const tokens = Math.floor((sharedTokens(work, contextTokens) * limits.notesShare) / ratio);
  const { notes, kept } = condense(work, distilled, { path, tokens, count });
  await deps.world.failpoint("compaction.before-files");
  await work.workspace.write(path, transcriptOf(work, distilled, before));
  await work.workspace.write(notesFile(work.run), notes);
  if (work.run.plan)
    await work.workspace.write(planFile(work.run), JSON.stringify(work.run.plan, undefined, 2));
  await deps.world.failpoint("compaction.after-files");
  const manifest = await takeVersion(work, n, deps);
  const output = { notes, transcript: path, usage, kept, ...(ratio > 1 ? { tokenRatio: ratio } : {}) };
  return {
    results: [await settledCompaction(deps.workspaces.blobs, n, output)],
    usage,
    effects: [],
    contextBase: n,
    ...(manifest ? { manifest } : {}),
  };
}

/** With what was found and what was given up in this window, so that it can be found again when the notes have no room. */
function transcriptOf(work: Work, { facts, outdated }: Distilled, before: KeptNotes): string {
  const gone = outdated.flatMap((number) => before.facts[number - 1] ?? []);
  return [
    ...recordParts(work),
    ...(facts.length > 0 ? [`## Facts noted\n\n${bullets(facts)}`] : []),
    ...(gone.length > 0 ? [`## No longer true\n\n${bullets(gone)}`] : []),
  ].join("\n\n");
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

async function distil(
  work: Work,
  n: number,
  { before, ratio }: { readonly before: KeptNotes; readonly ratio: number },
  deps: RuntimeDeps,
): Promise<{ readonly distilled: Distilled; readonly usage: Usage }> {
  const { countTokens: count, contextTokens } = deps.model;
  const maxOutput = Math.min(2_000, maxOutputTokens(deps));
  const room = Math.floor(distilRoom(contextTokens, maxOutput, count) / ratio);
  try {
    const request = {
      model: work.agent.model,
      purpose: "distil",
      instructions: distilInstructions,
      messages: [{ role: "user", text: distilRequest(work, before, room, count) }],
      tools: [],
      maxOutputTokens: maxOutput,
    } as const;
    const answer = await askModel(work, n, request, deps);
    return { distilled: readDistilled(answer.text), usage: answer.usage };
  } catch (error) {
    if (!isAppError(error)) throw error;
    deps.world.log.warn("A distillation failed, mechanical notes are used", { step: n, code: error.code });
    return { distilled: nothingDistilled, usage: noUsage };
  }
}
