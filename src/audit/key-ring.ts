// Which keys may have signed: those that somebody vouches for, and those that they signed in turn (AUD-4).
//
//   KR1  With keys given from outside only they are vouched for; without, the one key of the export that no other signed is.
//        Any other key counts if a key that counts has signed its line.

import type { CheckpointLine, KeyLine } from "../domain/audit-line.ts";
import { isSignedBy, keyIdOf } from "./signatures.ts";

export class KeyRing {
  readonly #lines: KeyLine[] = [];
  readonly #vouched: ReadonlyMap<string, string>;

  /** `given` are public keys, 32 bytes in base64. */
  constructor(given: readonly string[]) {
    this.#vouched = new Map(given.map((key) => [keyIdOf(key), key]));
  }

  add(line: KeyLine): void {
    this.#lines.push(line);
  }

  /** Public keys by id; or which key line is not to be believed. */
  trusted(): { readonly keys: ReadonlyMap<string, string>; readonly unknown?: string } {
    const keys = new Map(this.#vouched);
    const roots = this.#lines.filter(({ signed_by: by }) => by === undefined);
    const [root] = roots;
    if (keys.size === 0 && root && roots.length === 1) keys.set(root.id, root.public_key);
    let left = this.#lines.filter((line) => !isSame(line, keys));
    for (;;) {
      const next = left.filter((line) => isVouchedFor(line, keys));
      if (next.length === 0) break;
      for (const { id, public_key: key } of next) keys.set(id, key);
      left = left.filter((line) => !isSame(line, keys));
    }
    // A key before those that were given is not known to be good, and only counts where something is signed with it.
    const stranger = this.#vouched.size === 0 ? left[0] : undefined;
    return { keys, ...(stranger ? { unknown: stranger.id } : {}) };
  }
}

function isSame({ id, public_key: key }: KeyLine, keys: ReadonlyMap<string, string>): boolean {
  return keys.get(id) === key && keyIdOf(key) === id;
}

function isVouchedFor(line: KeyLine, keys: ReadonlyMap<string, string>): boolean {
  const by = line.signed_by === undefined ? undefined : keys.get(line.signed_by);
  return by !== undefined && keyIdOf(line.public_key) === line.id && isSignedBy(line, by);
}

export function isGoodCheckpoint(line: CheckpointLine, keys: ReadonlyMap<string, string>): boolean {
  const key = keys.get(line.key);
  return key !== undefined && isSignedBy(line, key);
}
