// The files that a run put into its thread, for whoever may see it.
//
//   RF1  Given to the person whose run it is alone, while they may see it (RS1): managers are told names, and read files where their
//        chat shows them (RD2).
//   RF2  Each that is given is on record, with who got it.

import type { PersonKey } from "../domain/ids.ts";
import type { OutgoingFile } from "../domain/outbox.ts";
import type { Run } from "../domain/run.ts";
import { runEvent } from "../runtime/recording.ts";
import type { Tx } from "../store/contract.ts";
import type { RulesFor } from "./rules.ts";
import { seenBy } from "./run-sight.ts";

/** Posts that are looked at, the last ones. */
const mostPosts = 500;

export async function postedFiles(tx: Pick<Tx, "outbox">, run: Run): Promise<readonly OutgoingFile[]> {
  const posts = await tx.outbox.posted(run.conversation, Number.MAX_SAFE_INTEGER, mostPosts);
  return posts.flatMap(({ run: of, op }) => {
    if (of !== run.id || op.op !== "post") return [];
    return op.message.kind === "result" || op.message.kind === "notice" ? op.message.files : [];
  });
}

/** RF1. */
export function mayHaveFiles({ subject }: Run, reader: PersonKey): boolean {
  return subject === reader;
}

export interface AskedFile {
  readonly reader: PersonKey;
  readonly run: string;
  readonly sha256: string;
}

/** Undefined for what is not there, and for what is not theirs to have (RF1). */
export async function fileFor(
  tx: Tx,
  rulesFor: RulesFor,
  { reader, run: id, sha256 }: AskedFile,
): Promise<{ readonly run: Run; readonly file: OutgoingFile } | undefined> {
  const seen = await seenBy(tx, rulesFor, reader, id);
  if (!seen || !mayHaveFiles(seen.run, reader)) return undefined;
  const file = (await postedFiles(tx, seen.run)).find((posted) => posted.sha256 === sha256);
  return file && { run: seen.run, file };
}

/** RF2. False where it is not theirs any more. */
export async function recordGiven(
  tx: Tx,
  rulesFor: RulesFor,
  asked: AskedFile,
  now: number,
): Promise<boolean> {
  const found = await fileFor(tx, rulesFor, asked);
  if (!found) return false;
  const event = runEvent(found.run, "file.given", now, { sha256: asked.sha256 });
  await tx.audit.append({ ...event, actor: asked.reader });
  return true;
}
