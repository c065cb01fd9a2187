// The edit budget (ux c.0 rule 4): a card is edited at most every 5 s in its first minute, then every 30 s. A change of
// state shows as soon as the platform allows.
//
// Owns: when the next edit of a message may go out. In memory only: after a restart one edit may come early.

import type { Outgoing } from "../domain/outbox.ts";

export interface Pacing {
  readonly firstMinuteMs: number;
  readonly laterMs: number;
}

export const usualPacing: Pacing = { firstMinuteMs: 5_000, laterMs: 30_000 };

export interface EditPace {
  /** When `message` may replace what is shown under `target`. */
  earliest(target: Target, message: Outgoing, platformMs: number): number;
  edited(target: string, message: Outgoing, now: number): void;
}

export interface Target {
  readonly key: string;
  readonly postedAt: number;
  readonly posted: Outgoing | undefined;
}

interface Shown {
  readonly at: number;
  readonly state: string;
}

const remembered = 10_000;
const minuteMs = 60_000;

export function createEditPace(pacing: Pacing): EditPace {
  const shown = new Map<string, Shown>();
  return {
    earliest(target, message, platformMs) {
      const last = shown.get(target.key) ?? { at: target.postedAt, state: stateOf(target.posted) };
      if (last.state !== stateOf(message)) return last.at + platformMs;
      const ownMs = last.at - target.postedAt < minuteMs ? pacing.firstMinuteMs : pacing.laterMs;
      return last.at + Math.max(platformMs, ownMs);
    },
    edited(target, message, now) {
      shown.delete(target);
      shown.set(target, { at: now, state: stateOf(message) });
      const [oldest] = shown.keys();
      if (shown.size > remembered && oldest !== undefined) shown.delete(oldest);
    },
  };
}

/** What people must see at once when it changes. */
function stateOf(message: Outgoing | undefined): string {
  if (message?.kind === "card") return message.state;
  if (message?.kind === "attention") return message.decided === undefined ? "open" : "decided";
  return "";
}
