// Which marks a file of a new version carries (TNT-2).
//
//   MK1  A file that is as it was keeps the marks it had; any other gets those of whoever wrote it.

import type { Manifest, ManifestFile } from "../domain/manifest.ts";
import { isMarked, type TaintMarks, untainted } from "../domain/taint.ts";

export interface Marker {
  readonly previous: Manifest;
  readonly mark: (file: ManifestFile) => ManifestFile;
}

export function marker(
  previous: Manifest = [],
  taintOf: (path: string) => TaintMarks = () => untainted,
): Marker {
  const before = new Map(previous.map((file) => [file.path, file]));
  return {
    previous,
    mark(file) {
      const known = before.get(file.path);
      return known?.sha256 === file.sha256 ? known : withTaint(file, taintOf(file.path));
    },
  };
}

export function withTaint({ path, sha256, sizeBytes }: ManifestFile, taint: TaintMarks): ManifestFile {
  return { path, sha256, sizeBytes, ...(isMarked(taint) ? { taint } : {}) };
}
