// Blobs in a bucket of a fake store.

import path from "node:path";
import type { ObjectRequest } from "../../src/net/object-request.ts";
import type { BlobStore } from "../../src/workspace/blobs.ts";
import { createS3Blobs } from "../../src/workspace/s3-blobs.ts";
import { s3Keys, startFakeS3 } from "../fakes/fake-s3.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

export interface Bucket {
  blobsBy(request: ObjectRequest): BlobStore;
  end(): Promise<void>;
}

/** What is on its way there is in `folder`. */
export async function openBucket(folder: string): Promise<Bucket> {
  const s3 = await startFakeS3("blobs");
  const place = { bucket: "blobs", prefix: "one", region: "eu-1", endpoint: s3.url, keys: s3Keys };
  const clock = { ...createManualClock(), now: () => Date.now() };
  const spoolFolder = path.join(folder, "spool");
  return {
    blobsBy: (request) => createS3Blobs({ place, request, clock, spoolFolder }),
    end: () => s3.close(),
  };
}
