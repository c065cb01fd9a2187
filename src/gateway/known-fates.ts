// What this process knows of tries that it made: everything else that was tried before may have happened (C3).

import type { OutboxEntry } from "../domain/outbox.ts";

export interface KnownFates {
  /** Was the entry tried before, by us or by somebody who died, and may it have gone out? */
  mayHaveHappened(entry: OutboxEntry): boolean;
  /** The last try did not happen, for certain. */
  refused(key: string): void;
  /** A new try begins. */
  trying(key: string): void;
  /** The entry was taken and not tried: that says nothing new about its fate. */
  heldBack(entry: OutboxEntry): void;
}

export function createKnownFates(): KnownFates {
  const refused = new Set<string>();
  return {
    mayHaveHappened: ({ key, attempts }) => attempts > 1 && !refused.has(key),
    refused: (key) => void refused.add(key),
    trying: (key) => void refused.delete(key),
    heldBack: ({ key, attempts }) => void (attempts <= 1 && refused.add(key)),
  };
}
