// The versions of a workspace as a stream for `git fast-import`: one commit per version.

import { once } from "node:events";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { ManifestRow } from "../domain/manifest.ts";
import type { Blobs } from "../workspace/contract.ts";

/** Ends `out` when all is written. Rejects where it can't be written. */
export async function exportGit(
  versions: readonly ManifestRow[],
  blobs: Blobs,
  out: Writable,
): Promise<void> {
  const ended = finished(out); // from the first moment: a file that can't be opened says so while a blob is read
  await Promise.race([writeAll(versions, blobs, out), ended]);
  await ended;
}

async function writeAll(versions: readonly ManifestRow[], blobs: Blobs, out: Writable): Promise<void> {
  const write = async (chunk: string | Buffer): Promise<void> => {
    if (!out.write(chunk)) await once(out, "drain");
  };
  const data = async (content: Buffer): Promise<void> => {
    await write(`data ${content.length}\n`);
    await write(content);
    await write("\n");
  };
  for (const row of versions) {
    await write(`commit refs/heads/main\n`);
    await write(`committer Deputy <deputy@localhost> ${Math.floor(row.createdAt / 1000)} +0000\n`);
    await data(Buffer.from(messageOf(row)));
    await write("deleteall\n");
    for (const file of await blobs.getManifest(row.digest)) {
      await write(`M 100644 inline ${JSON.stringify(file.path)}\n`);
      await data(await blobs.get(file.sha256));
    }
  }
  out.end();
}

function messageOf(row: ManifestRow): string {
  return row.run === undefined
    ? `Version ${row.seq}`
    : `Version ${row.seq}: step ${row.step ?? 0} of ${row.run}`;
}
