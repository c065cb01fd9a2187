// Ids of the spans that others are put under, derived so that no process has to tell another (TR1).

import { createHash } from "node:crypto";
import type { RunId } from "../domain/ids.ts";

/** Of the span of the run as a whole, the root of its trace. */
export function rootSpanIdOf(run: RunId): string {
  return createHash("sha256").update(run).digest("hex").slice(32, 48);
}

/** Of the span of one segment: each has an epoch of its own. */
export function segmentSpanIdOf(run: RunId, epoch: number): string {
  return createHash("sha256").update(`${run}/${epoch}`).digest("hex").slice(0, 16);
}
