// What the store keeps of people who have proved that several keys are theirs. Part of contract.ts, whose rules hold.

import type { PersonKey } from "../domain/ids.ts";
import type { PersonLink } from "../domain/person-link.ts";

/** A code that was shown to one key and is to be entered by another. */
export interface LinkCodeRow {
  /** Keyed digest: the row gives nobody the code. */
  readonly digest: string;
  /** Whom it was shown to. */
  readonly shownTo: PersonKey;
  readonly shownToName: string;
  /** Who alone may enter it; whoever has it, where absent. */
  readonly enteredBy?: PersonKey;
  readonly expiresAt: number;
}

export interface PersonLinkRepository {
  /** The only open one that was shown to this key from now on; what is over is thrown away. */
  offer(code: LinkCodeRow, now: number): Promise<void>;
  /** Once: it is gone then, whoever took it. Undefined if there is none, or its time is over. */
  take(digest: string, now: number): Promise<LinkCodeRow | undefined>;
  /** Makes both keys, and all that each is linked with, one person; `fresh` names them if neither is linked. False if they are one already. */
  link(
    one: PersonKey,
    other: PersonKey,
    at: { readonly fresh: string; readonly now: number },
  ): Promise<boolean>;
  /** Takes the key out of its link. Returns the keys that it was linked with. */
  unlink(key: PersonKey, now: number): Promise<PersonKey[]>;
  /** Of these keys, all that count from `from` on, those that ended after it among them. */
  of(keys: readonly PersonKey[], from: number): Promise<PersonLink[]>;
  /** The other keys of the same person, linked now or at some time since `from`. Sorted. */
  others(key: PersonKey, from?: number): Promise<PersonKey[]>;
}
