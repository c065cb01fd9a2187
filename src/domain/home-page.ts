// A person's own page about their work with the agent (ux c.13), in platform-neutral words. Holds only what is theirs.

import type { Button } from "./outbox.ts";

export interface HomeItem {
  readonly title: string;
  /** State, age, cost: small print. */
  readonly note: string;
  readonly buttons: readonly Button[];
  /** The conversation it belongs to, as the platform links to it: channel and thread. */
  readonly at?: {
    readonly channel: string;
    readonly thread: string;
    /** One message of it, by the platform's id. */
    readonly message?: string;
  };
}

export interface HomeSection {
  /** At most five. */
  readonly items: readonly HomeItem[];
  /** How many there are beyond those. */
  readonly more: number;
}

export interface HomePage {
  readonly agent: string;
  readonly waiting: HomeSection;
  readonly running: HomeSection;
  readonly scheduled: HomeSection;
  readonly recent: HomeSection;
  readonly connected: HomeSection;
  /** Name and value, as shown. */
  readonly preferences: readonly (readonly [name: string, value: string])[];
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
  /** Where all of it is, if there is such a place. */
  readonly console?: string | undefined;
}
