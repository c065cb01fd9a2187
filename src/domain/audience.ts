// Who reads a conversation, as its platform tells now: for whoever is about to let something be posted there (OUT-4).

import type { Person } from "./person.ts";

export interface Audience {
  /** People, without bots. */
  readonly count: number;
  /** As many as the platform told of. */
  readonly people: readonly { readonly name: string; readonly kind: Exclude<Person["kind"], "bot"> }[];
  /** Everybody of the organisation may read it, members or not. */
  readonly open: boolean;
}
