// How often Teams lets one conversation be written to (T-M7): 7 in a second, 8 in two, 60 in thirty, 1,800 in an hour; and
// the app 30 a second in a tenant. In memory only: what several processes exceed together comes back as 429.
//
//   PT1  A call waits two seconds at most; a longer wait is refused with the time to come again, and nothing happened.
//   PT2  What Teams asks in Retry-After holds for everything in that conversation.
//   PT3  What may be lost takes a turn that is free at once and leaves room for what matters, or none.

import { pause } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { ChatError } from "../../errors.ts";

export interface Pace {
  /** Resolves when the call may be made. Rejects with `chat.rate_limited`. `lossy`: PT3. */
  take(conversation: string, lossy?: boolean): Promise<void>;
  close(conversation: string, ms: number): void;
}

interface Window {
  readonly most: number;
  readonly ms: number;
}

interface Lane {
  readonly windows: readonly Window[];
  /** When calls were made or are to be made, the earliest first. */
  readonly times: number[];
  closedUntil: number;
}

const ofConversation: readonly Window[] = [
  { most: 7, ms: 1_000 },
  { most: 8, ms: 2_000 },
  { most: 60, ms: 30_000 },
  { most: 1_800, ms: 3_600_000 },
];
const ofApp: readonly Window[] = [{ most: 30, ms: 1_000 }];
const longestWaitMs = 2_000;
const lossyWaitMs = 1_000;
const mostLanes = 5_000;

/** Of the marks on messages (T-S2), which have a measure of their own. */
export const ofReactions: readonly Window[] = [{ most: 2, ms: 1_000 }];

export function createPace(clock: Clock, windows = ofConversation): Pace {
  const lanes = new Map<string, Lane>();
  const app: Lane = { windows: ofApp, times: [], closedUntil: 0 };
  const laneOf = (conversation: string): Lane => {
    const known = lanes.get(conversation);
    if (known) return known;
    if (lanes.size >= mostLanes) dropIdle(lanes, clock.now());
    const made: Lane = { windows, times: [], closedUntil: 0 };
    lanes.set(conversation, made);
    return made;
  };
  return {
    async take(conversation, lossy = false) {
      const lane = laneOf(conversation);
      const now = clock.now();
      if (lossy && isCrowded(lane, now)) throw tooFast(lossyWaitMs);
      const start = Math.max(freeAt(lane, now), freeAt(app, now));
      if (start - now > longestWaitMs) throw tooFast(start - now);
      lane.times.push(start);
      app.times.push(start);
      if (start === now) return;
      await pause(clock, start - now);
      const closed = lane.closedUntil - clock.now();
      if (closed > 0) throw tooFast(closed);
    },
    close(conversation, ms) {
      const lane = laneOf(conversation);
      lane.closedUntil = Math.max(lane.closedUntil, clock.now() + ms);
    },
  };
}

/** PT3: half of each window is left to messages, edits and marks. */
function isCrowded({ windows, times, closedUntil }: Lane, now: number): boolean {
  return (
    closedUntil > now ||
    windows.some(({ most, ms }) => (times.at(-Math.ceil(most / 2)) ?? -Infinity) > now - ms)
  );
}

function freeAt({ windows, times, closedUntil }: Lane, now: number): number {
  const longest = Math.max(...windows.map(({ ms }) => ms));
  while ((times[0] ?? Infinity) <= now - longest) times.shift();
  const frees = windows.map(({ most, ms }) => {
    const before = times.at(-most);
    return before === undefined ? now : before + ms;
  });
  return Math.max(now, closedUntil, times.at(-1) ?? 0, ...frees);
}

function dropIdle(lanes: Map<string, Lane>, now: number): void {
  for (const [conversation, { times, closedUntil }] of lanes) {
    if (closedUntil <= now && (times.at(-1) ?? 0) < now - 30_000) lanes.delete(conversation);
  }
}

function tooFast(ms: number): ChatError {
  return new ChatError(
    "chat.rate_limited",
    `Teams takes nothing in this conversation for another ${ms} ms.`,
    {
      fate: "refused",
      retry: { kind: "after", ms },
    },
  );
}
