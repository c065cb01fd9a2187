// What people see of a run before it is said: what it is at, until its card says so, and its answer while the model writes it.
//
//   LV1  Only in a direct message, to the person who asked there and is still there: not in quiet hours, nor of what a schedule or a
//        program began, nor of private matters that are not that person's (OUT-4).
//   LV2  Only by whoever holds the lease (I8): asked before each showing.
//   LV3  Nothing waits for it and nothing depends on it. It is stored nowhere, and a run that is taken up again shows what it writes then.

import { headline } from "../chat/plain-text.ts";
import type { GenerateOptions } from "../model/contract.ts";
import { hearAnswer } from "./answer-so-far.ts";
import type { RuntimeDeps } from "./deps.ts";
import type { LiveLine } from "./live-voice.ts";
import { quietFor } from "./quiet.ts";
import { isForAll } from "./told-run.ts";
import { runCard } from "./voice/run-card.ts";
import { notedLines, type Work } from "./work.ts";

export function openLine(work: Work, { live }: RuntimeDeps): LiveLine | undefined {
  const { run, conversation, control, signal } = work;
  const isAsked = run.schedule === undefined && run.through === undefined;
  if (live === undefined || !isAsked || conversation.address.kind !== "dm") return undefined;
  return live.open(run, conversation, () => !signal.aborted && control.stillMine?.() !== false);
}

/** Called when the model is asked: a word of what the run is at, and the answer as it comes. */
export function listen(work: Work, deps: RuntimeDeps): Pick<GenerateOptions, "onText" | "onCall"> {
  const { line } = work;
  if (line === undefined) return {};
  line.breakOff(); // it is asked again: what was shown before was not the end of it
  if (!maySee(work, deps)) return {};
  if (!work.cardPosted) {
    line.status(headline(runCard(work.run, { state: "Working", noted: notedLines(work) })));
  }
  return hearAnswer((text) => {
    if (maySee(work, deps)) line.answer(text);
  });
}

/** LV1, as it is now: what the run has seen rises. */
function maySee(work: Work, deps: RuntimeDeps): boolean {
  const { run, conversation, stopping } = work;
  return !stopping && isForAll(run, conversation.address) && quietFor(work, deps) === undefined;
}
