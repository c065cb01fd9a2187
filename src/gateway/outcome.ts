// How one try to say something ended, and when it is tried again.

import type { Clock } from "../base/clock.ts";
import { ChatError } from "../chat/errors.ts";

export type Outcome =
  | { readonly kind: "sent"; readonly providerId?: string }
  | { readonly kind: "dropped"; readonly why: string }
  | ({ readonly kind: "again"; readonly at: number; readonly fate: Fate } & Reason);

/** `stuck`: only a person can help. `limited`: the platform wants to be left alone until then. */
interface Reason {
  readonly stuck?: string;
  readonly limited?: boolean;
  /** Nothing at all can be said there. */
  readonly noPlace?: boolean;
}

/** `refused`: it did not happen. `unknown`: it may have (C3). */
export type Fate = "refused" | "unknown";

const second = 1_000;
const longestQuickMs = 60 * second;
const firstLongMs = 60 * second;
const longestLongMs = 3_600 * second;

/** Before a post whose fate is unknown is looked for: the platform may still be at it. */
export const settleMs = 5 * second;

export function failed(error: unknown, attempts: number, clock: Clock): Outcome {
  const at = (ms: number): number => clock.now() + ms;
  // Whatever is not a `ChatError` is a fault, ours or the platform's: nobody knows how far it got.
  if (!(error instanceof ChatError)) return { kind: "again", at: at(quick(attempts)), fate: "unknown" };
  const { fate } = error;
  const limited = error.code === "chat.rate_limited";
  if (error.retry.kind === "after") return { kind: "again", at: at(error.retry.ms), fate, limited };
  if (fate === "unknown") return { kind: "again", at: at(Math.max(settleMs, quick(attempts))), fate };
  if (error.retry.kind === "backoff" || error.code === "chat.unavailable" || limited) {
    return { kind: "again", at: at(quick(attempts)), fate, limited };
  }
  return { kind: "again", at: at(long(attempts)), fate, stuck: error.code, noPlace: error.noPlace };
}

/** 1 s, 2 s, 4 s … a minute. */
function quick(attempts: number): number {
  return Math.min(second * 2 ** Math.min(attempts - 1, 10), longestQuickMs);
}

/** A minute, two, four … an hour: for what only a person can set right. */
function long(attempts: number): number {
  return Math.min(firstLongMs * 2 ** Math.min(attempts - 1, 10), longestLongMs);
}
