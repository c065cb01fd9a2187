// The keys that the connector signs with: when they are fetched, and which of them a token is held against.
//
//   SK1  They are fetched once for everybody who waits for them. A request of which nothing is heard for three seconds is waited for no
//        longer.
//   SK2  A key that is not known has them fetched anew, once a minute at most: botbuilder itself would wait for up to an hour. Keys that are
//        there stay until newer ones have come, and are renewed twice a day while they serve: Microsoft asks for once.

import type { TeamsSettings } from "../deps.ts";
import { openBotFramework } from "./bot-framework.ts";
import type { Activity } from "./shapes.ts";

export type Outcome = "good" | "bad" | "unknown-key";

/** Whether the signature is good. Rejects where the keys could not be had. */
export type Signature = (token: string, activity: Activity) => Promise<Outcome>;

/** Less than a click waits: what comes again after one that waited in vain makes a request of its own. */
const patienceMs = 3_000;
const renewMs = 60_000;
const freshMs = 12 * 3_600_000;

export function createSignature(now: () => number, settings: TeamsSettings): Signature {
  let turn = 0;
  let current: Signature | undefined;
  let coming: Signature | undefined;
  let renewedAt = 0;
  let triedAt = -Infinity;

  const mayRenew = (): boolean => coming !== undefined || now() - triedAt >= renewMs;
  const renew: Signature = async (token, activity) => {
    triedAt = now();
    if (coming === undefined) turn += 1;
    coming ??= keysOf(now, settings, turn);
    const next = coming;
    const outcome = await next(token, activity);
    if (coming !== next) return outcome;
    current = next;
    coming = undefined;
    renewedAt = now();
    return outcome;
  };
  return async (token, activity) => {
    if (current === undefined) {
      current = keysOf(now, settings, turn);
      renewedAt = now();
    }
    if (now() - renewedAt >= freshMs && now() - triedAt >= renewMs)
      renew(token, activity).catch(() => undefined); // those that are there serve
    const outcome = await current(token, activity);
    return outcome === "unknown-key" && mayRenew() ? renew(token, activity) : outcome;
  };
}

/** Those of one request (SK1). */
function keysOf(now: () => number, settings: TeamsSettings, turn: number): Signature {
  const opening = openBotFramework(settings, turn);
  let areThere = false;
  let fetching: { readonly since: number; readonly first: Promise<Outcome> } | undefined;
  return async (token, activity) => {
    const framework = await opening;
    const look = (): Promise<Outcome> => framework.verify(`Bearer ${token}`, activity);
    if (areThere) return look();
    if (fetching !== undefined && now() - fetching.since < patienceMs) {
      await fetching.first;
      return look();
    }
    const first = look();
    const own = { since: now(), first };
    fetching = own;
    try {
      const outcome = await first;
      areThere = true;
      return outcome;
    } finally {
      if (fetching === own) fetching = undefined;
    }
  };
}
