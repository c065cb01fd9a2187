// Condenses a full context: the earlier messages go to a file, notes take their place, the run goes on in a fresh window.
//
//   K1  What people decided stands in the notes word for word, whatever the model makes of the rest.
//   K2  A distillation that fails never fails the run: the mechanical notes are enough to go on.

import { isAppError } from "../base/errors.ts";
import type { Usage } from "../domain/step.ts";
import type { Done } from "./act.ts";
import type { RuntimeDeps } from "./deps.ts";
import { distilInstructions } from "./instructions.ts";
import { limits } from "./limits.ts";
import { maxOutputTokens } from "./model-act.ts";
import { excerpt, mechanicalNotes, renderTranscript } from "./notes.ts";
import { notesFile, planFile, transcriptFile } from "./own-files.ts";
import { settledCompaction } from "./settle-steps.ts";
import { takeVersion } from "./versions.ts";
import type { Work } from "./work.ts";

const noUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, usdMicros: 0 };

export async function performCompaction(work: Work, n: number, deps: RuntimeDeps): Promise<Done> {
  const record = renderTranscript(work);
  const path = transcriptFile(work.run, n);
  await work.workspace.write(path, record);
  const distilled = await distil(work, record, deps);
  if (work.control.stop.aborted || work.control.abandon.aborted) return { results: [], effects: [] };
  const window = deps.model.contextTokens * limits.openingShare;
  const notes = [mechanicalNotes(work, path, window), distilled.text].filter(Boolean).join("\n\n");
  await work.workspace.write(notesFile(work.run), notes);
  if (work.run.plan)
    await work.workspace.write(planFile(work.run), JSON.stringify(work.run.plan, undefined, 2));
  work.overflowed = false;
  const manifest = await takeVersion(work, n, deps);
  const output = { notes, transcript: path, usage: distilled.usage };
  return {
    results: [await settledCompaction(deps.workspaces.blobs, n, output)],
    usage: distilled.usage,
    effects: [],
    contextBase: n,
    ...(manifest ? { manifest } : {}),
  };
}

async function distil(
  work: Work,
  record: string,
  deps: RuntimeDeps,
): Promise<{ readonly text: string; readonly usage: Usage }> {
  const room = Math.floor(deps.model.contextTokens * limits.compactionShare) * 2;
  try {
    const answer = await deps.model.model.generate(
      {
        model: work.agent.model,
        purpose: "distil",
        instructions: distilInstructions,
        messages: [{ role: "user", text: excerpt(record, room) }],
        tools: [],
        maxOutputTokens: Math.min(2_000, maxOutputTokens(deps)),
      },
      { signal: work.signal },
    );
    const cap = Math.floor(deps.model.contextTokens * 0.1) * 3;
    return { text: excerpt(answer.text.trim(), cap), usage: answer.usage };
  } catch (error) {
    if (!isAppError(error)) throw error;
    deps.world.log.warn("A distillation failed, mechanical notes are used", {
      run: work.run.id,
      code: error.code,
    });
    return { text: "", usage: noUsage };
  }
}
