// Does the bucket of the blobs take what it is given, and give it back?

import { openConfiguredBlobs } from "../app/open-edges.ts";
import { errorText } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import type { Finding } from "./check.ts";

const probe = Buffer.from("deputy doctor was here\n");

export async function bucketCheck(config: Config, offline: boolean): Promise<Finding> {
  if (offline) return { status: "skip", observed: "not asked (--offline)" };
  try {
    const blobs = openConfiguredBlobs(config);
    const read = await blobs.get(await blobs.put(probe));
    if (!(await blobs.has("0".repeat(64))) && read.equals(probe))
      return { status: "pass", observed: `${config.state.blobs} keeps what it is given` };
    return { status: "fail", observed: `${config.state.blobs} gives back something else` };
  } catch (error) {
    const fix =
      "See docs/deployment.md, Blobs in a bucket. Until then no step that changes files can be recorded.";
    return { status: "fail", observed: errorText(error), fix };
  }
}
