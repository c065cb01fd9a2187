// Asking one person to connect an account (CON-1 to CON-13): the session behind the link that they get in private.
//
//   CS1  A state changes only along `consentTransitions`, by a conditional update with one winner. A code is redeemed by
//        whoever claims the session, which is once.
//   CS2  The session is its initiator's: any other person who opens the link ends it (`blocked`).
//   CS3  What leads to a session (link, cookie, `state`) is stored as a digest; the rest of what protects it is sealed.

import type { ConversationId, PersonKey, RunId, TenantId, WaitId } from "./ids.ts";

export const consentStates = [
  "open",
  "consented",
  "claimed",
  "connected",
  "declined",
  "expired",
  "blocked",
] as const;
export type ConsentState = (typeof consentStates)[number];

export const consentTransitions: Readonly<Record<ConsentState, readonly ConsentState[]>> = {
  open: ["consented", "declined", "expired", "blocked"],
  // Another tab of the same person begins anew: only its `state` counts then.
  consented: ["consented", "claimed", "declined", "expired", "blocked"],
  claimed: ["connected", "declined", "expired", "blocked"],
  connected: [],
  declined: [],
  expired: [],
  blocked: [],
};

export const endedConsentStates = ["connected", "declined", "expired", "blocked"] as const;
export type EndedConsentState = (typeof endedConsentStates)[number];

export function consentStatesBefore(to: ConsentState): ConsentState[] {
  return consentStates.filter((from) => consentTransitions[from].includes(to));
}

export interface ConsentSession {
  /** Names it in events, buttons and waits; leads nowhere. */
  readonly id: string;
  readonly tenant: TenantId;
  /** Who has to connect, and nobody else (CS2). */
  readonly initiator: PersonKey;
  readonly initiatorName: string;
  readonly agent: string;
  /** As in the configuration. */
  readonly connection: string;
  /** The capability that is missing, where the need named one. */
  readonly capability?: string;
  /** The least that is asked for. */
  readonly scopes: readonly string[];
  /** The run that waits, and where; absent when the person asked for the connection themselves. */
  readonly run?: RunId;
  readonly wait?: WaitId;
  readonly conversation: ConversationId;
  /** The private line that the card is in, and its outbox key. */
  readonly line: ConversationId;
  readonly card: string;
  readonly state: ConsentState;
  /** Why it ended so, in a word. */
  readonly why?: string;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly endedAt?: number;
  /** What came of it. */
  readonly made?: string;
}
