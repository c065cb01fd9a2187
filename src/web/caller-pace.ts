// How often one person's programs may ask, and how many of their requests may be under way at once. In memory: each process has its
// own count.

import type { Clock } from "../base/clock.ts";
import type { PersonKey } from "../domain/ids.ts";

export type Entry =
  | { readonly kind: "full"; readonly retrySeconds: number }
  | { readonly kind: "in"; during(work: () => Promise<Response>): Promise<Response> };

export interface CallerPace {
  enter(person: PersonKey): Entry;
}

const windowMs = 60_000;
const mostInWindow = 120;
const mostAtOnce = 16;
const mostPeople = 10_000;

interface Count {
  readonly since: number;
  asked: number;
  underWay: number;
}

export function createCallerPace(clock: Clock): CallerPace {
  const counts = new Map<PersonKey, Count>();
  const countOf = (person: PersonKey): Count => {
    const now = clock.now();
    const known = counts.get(person);
    if (known && now - known.since < windowMs) return known;
    const count = { since: now, asked: 0, underWay: known?.underWay ?? 0 };
    counts.delete(person);
    counts.set(person, count);
    for (const [key, { since, underWay }] of counts) {
      if (counts.size <= mostPeople) break;
      if (underWay === 0 && now - since >= windowMs) counts.delete(key);
    }
    return count;
  };
  const leave = (person: PersonKey): void => {
    const count = counts.get(person);
    if (count) count.underWay -= 1;
  };
  return {
    enter(person) {
      const count = countOf(person);
      const { since, asked, underWay } = count;
      if (asked >= mostInWindow)
        return { kind: "full", retrySeconds: Math.ceil((since + windowMs - clock.now()) / 1_000) };
      if (underWay >= mostAtOnce) return { kind: "full", retrySeconds: 1 };
      count.asked += 1;
      count.underWay += 1;
      return {
        kind: "in",
        async during(work) {
          try {
            return untilRead(await work(), () => leave(person));
          } catch (error) {
            leave(person);
            throw error;
          }
        },
      };
    },
  };
}

/** A stream counts until its end, or until whoever reads it has gone. */
function untilRead(response: Response, ended: () => void): Response {
  if (response.body === null) {
    ended();
    return response;
  }
  const reader = response.body.getReader();
  let isOver = false;
  const over = (): void => {
    if (!isOver) ended();
    isOver = true;
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        over();
        controller.close();
      } catch (error) {
        over();
        throw error;
      }
    },
    cancel(reason) {
      over();
      return reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
