// The one kind of job in the queue: "look at this run now" (design 9). Carries nothing the database does not have.

import type { RunId } from "./ids.ts";

export interface Bell {
  readonly run: RunId;
  readonly segment: number;
  /** 0 is first. What the person's tenant already has ahead of it (I3). */
  readonly priority: number;
}

/** The same run and segment twice is one job until it has finished. */
export function bellId(bell: Bell): string {
  return `${bell.run}.${bell.segment}`;
}

/** Lossy news between processes; whoever misses it finds the row. */
export type Hint =
  | { readonly kind: "stop"; readonly run: RunId }
  | { readonly kind: "mail"; readonly run: RunId }
  | { readonly kind: "outbox" }
  | { readonly kind: "runnable" };
