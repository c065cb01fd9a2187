// Does the bucket of the blobs take what it is given, give it back, and let go of it where that is wanted?

import { openConfiguredBlobs } from "../app/open-edges.ts";
import { errorText } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import type { BlobStore } from "../workspace/blobs.ts";
import type { Finding } from "./check.ts";

const probe = Buffer.from("deputy doctor was here\n");

export async function bucketCheck(config: Config, offline: boolean): Promise<Finding> {
  if (offline) return { status: "skip", observed: "not asked (--offline)" };
  try {
    const blobs = openConfiguredBlobs(config);
    const sha256 = await blobs.put(probe);
    const read = await blobs.get(sha256);
    if ((await blobs.has("0".repeat(64))) || !read.equals(probe))
      return { status: "fail", observed: `${config.state.blobs} gives back something else` };
    return config.file.settings.retention.workspaces === undefined
      ? { status: "pass", observed: `${config.state.blobs} keeps what it is given` }
      : await letsGo(config, blobs, sha256);
  } catch (error) {
    const fix =
      "See docs/deployment.md, Blobs in a bucket. Until then no step that changes files can be recorded.";
    return { status: "fail", observed: errorText(error), fix };
  }
}

async function letsGo({ state }: Config, blobs: BlobStore, sha256: string): Promise<Finding> {
  try {
    await blobs.setAside(sha256);
    await blobs.dropAside(sha256);
    return { status: "pass", observed: `${state.blobs} keeps what it is given, and lets go of it` };
  } catch (error) {
    const fix =
      "retention.workspaces deletes: give the key s3:DeleteObject, take the rule against deletion from the bucket, or leave the setting out.";
    return { status: "fail", observed: errorText(error), fix };
  }
}
