// What became of the files that came with messages: words for the run, and a version of the workspace that holds them.

import type { ManifestFile, ManifestRow } from "../domain/manifest.ts";

export type ArrivedFile =
  | { readonly kind: "saved"; readonly path: string; readonly sizeBytes: number }
  | { readonly kind: "failed"; readonly why: string };

/** What became of one message's files, in their order, and of its text if that was too long. */
export interface Arrived {
  readonly files: readonly ArrivedFile[];
  readonly longText?: string;
}

export interface Arrivals {
  /** By inbox row. */
  readonly byRow: ReadonlyMap<string, Arrived>;
  readonly entries: readonly ManifestFile[];
  /** The version that holds them, and the one it was made from: to be recorded only if that is still the latest. */
  readonly version?: { readonly basedOn: number | undefined; readonly row: Omit<ManifestRow, "seq"> };
}

export const nothingArrived: Arrivals = { byRow: new Map(), entries: [] };
