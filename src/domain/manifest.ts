// One version of a workspace: which file had which content after which step.

import { z } from "zod";
import type { ConversationId, RunId } from "./ids.ts";
import { TaintMarks } from "./taint.ts";

export const ManifestFile = z.object({
  path: z.string(),
  sha256: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  /** What whoever wrote it had seen (TNT-2); absent where that was nothing. */
  taint: TaintMarks.optional(),
});
export type ManifestFile = z.infer<typeof ManifestFile>;

/** Sorted by path; its canonical JSON is a blob, and `digest` is that blob's SHA-256. */
export const Manifest = z.array(ManifestFile);
export type Manifest = z.infer<typeof Manifest>;

export interface ManifestRow {
  readonly conversation: ConversationId;
  readonly workspace: string;
  readonly seq: number;
  readonly digest: string;
  readonly files: number;
  readonly sizeBytes: number;
  /** Absent where files arrived by chat and not by a step. */
  readonly run?: RunId;
  readonly step?: number;
  readonly createdAt: number;
}
