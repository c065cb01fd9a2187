// Names of what the runtime keeps for a run in `.deputy/`.
//
//   OF1  Runs that share a workspace (a person's direct messages) are at work in turns: each has names of its own there, so
//        that none finds another's results under its own numbers.

import { createHash } from "node:crypto";
import type { Mail } from "../domain/mailbox.ts";
import type { Run } from "../domain/run.ts";

type Owner = Pick<Run, "id" | "mode">;

export function resultFile(run: Owner, n: number): string {
  return `.deputy/results/${own(run, `${numbered(n)}.txt`)}`;
}

export const transcriptFolder = ".deputy/transcripts";

export function transcriptFile(run: Owner, n: number): string {
  return `${transcriptFolder}/${own(run, `${numbered(n)}.md`)}`;
}

/** What was asked, where it is too long for the context. */
export function requestFile(run: Owner): string {
  return `.deputy/${own(run, "request.md")}`;
}

/** A message that is too long for the context. Named after its text: a run that goes on from another finds it too. */
export function messageFile({ text }: Pick<Mail, "text">): string {
  const hash = createHash("sha256").update(text).digest("hex");
  return `.deputy/messages/${hash.slice(0, 16)}.md`;
}

export function notesFile(run: Owner): string {
  return `.deputy/${own(run, "notes.md")}`;
}

export function planFile(run: Owner): string {
  return `.deputy/${own(run, "plan.json")}`;
}

function own(run: Owner, name: string): string {
  return run.mode === "assistant" ? `${run.id}-${name}` : name;
}

function numbered(n: number): string {
  return String(n).padStart(4, "0");
}
