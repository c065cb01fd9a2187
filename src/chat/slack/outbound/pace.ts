// How often Slack lets us call: a bucket for each workspace and method, and one message a second in each channel (S-M11).
//
// Owns: waiting and turning away. In memory only, so each process has its own; what they exceed together comes back as
// 429, which closes the bucket here. Does not own: what is said later (the outbox keeps it).
//
//   PC1  A call waits two seconds at most; a longer wait is refused with the time to come again, and nothing happened.
//   PC2  What Slack asks in Retry-After holds for every call of that method in that workspace.

import { pause } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { ChatError } from "../../errors.ts";

export interface Turn {
  readonly team: string;
  readonly method: string;
  /** Set for what puts a message into a channel. */
  readonly channel?: string | undefined;
}

export interface Pace {
  /** Resolves when the call may be made. Rejects with `chat.rate_limited`. */
  take(turn: Turn): Promise<void>;
  close(turn: Turn, ms: number): void;
}

interface Rate {
  readonly perMinute: number;
  /** Calls that may come at once after a rest. */
  readonly burst: number;
}

interface Lane {
  readonly rate: Rate;
  /** When the calls made so far are paid off. */
  paidAt: number;
  closedUntil: number;
}

const longestWaitMs = 2_000;
const mostIdleLanes = 5_000;

const tier3: Rate = { perMinute: 50, burst: 15 };
const tier4: Rate = { perMinute: 100, burst: 30 };
const rates: ReadonlyMap<string, Rate> = new Map([
  // "Several hundred a minute" in a workspace; the channel's own lane is the narrow one.
  ["chat.postMessage", { perMinute: 240, burst: 60 }],
  ["chat.update", { perMinute: 40, burst: 10 }],
  // A burst of people who were never seen; what Slack allows a minute may come at once.
  ["users.info", { perMinute: 100, burst: 100 }],
  ["users.list", { perMinute: 20, burst: 5 }],
  ["chat.getPermalink", tier4],
  ["conversations.info", tier3],
  ["conversations.replies", tier3],
  ["conversations.history", tier3],
  ["conversations.members", tier4],
  ["conversations.open", tier3],
  ["reactions.add", tier3],
  ["agents.sessions.setStatus", tier3],
]);
const oneASecond: Rate = { perMinute: 60, burst: 1 };

export function createPace(clock: Clock): Pace {
  const lanes = new Map<string, Lane>();
  const lane = (key: string, rate: Rate): Lane => {
    const known = lanes.get(key);
    if (known) return known;
    if (lanes.size >= mostIdleLanes) dropIdle(lanes, clock.now());
    const made = { rate, paidAt: 0, closedUntil: 0 };
    lanes.set(key, made);
    return made;
  };
  const methodLane = ({ team, method }: Turn): Lane => lane(`${team} ${method}`, rates.get(method) ?? tier4);
  const lanesOf = (turn: Turn): readonly Lane[] => {
    const { team, channel } = turn;
    const all = methodLane(turn);
    return channel === undefined ? [all] : [all, lane(`${team} #${channel}`, oneASecond)];
  };
  return {
    async take(turn) {
      const all = lanesOf(turn);
      const now = clock.now();
      const start = Math.max(now, ...all.map(freeAt));
      if (start - now > longestWaitMs) throw tooFast(turn, start - now);
      for (const one of all) one.paidAt = Math.max(one.paidAt, start) + intervalOf(one.rate);
      if (start === now) return;
      await pause(clock, start - now);
      const closed = Math.max(...all.map(({ closedUntil }) => closedUntil)) - clock.now();
      if (closed > 0) throw tooFast(turn, closed);
    },
    close(turn, ms) {
      const one = methodLane(turn);
      one.closedUntil = Math.max(one.closedUntil, clock.now() + ms);
    },
  };
}

function intervalOf({ perMinute }: Rate): number {
  return 60_000 / perMinute;
}

function freeAt({ rate, paidAt, closedUntil }: Lane): number {
  return Math.ceil(Math.max(closedUntil, paidAt - (rate.burst - 1) * intervalOf(rate)));
}

function dropIdle(lanes: Map<string, Lane>, now: number): void {
  for (const [key, { paidAt, closedUntil }] of lanes) {
    if (Math.max(paidAt, closedUntil) <= now) lanes.delete(key);
  }
}

function tooFast({ team, method, channel }: Turn, ms: number): ChatError {
  return new ChatError("chat.rate_limited", `Slack takes no ${method} for another ${ms} ms.`, {
    fate: "refused",
    retry: { kind: "after", ms },
    facts: { team, method, channel: channel ?? "" },
  });
}
