// Rows of secrets that a former master key sealed, under the present one (VLT-4).

import { keyNameOf, type MasterKeys, sealOf } from "./master-keys.ts";

export interface SealedRow {
  /** Absent where the secret is gone. */
  readonly sealed?: string | undefined;
  /** What it is bound to. */
  readonly place: string;
  /** Conditional on `from`; false if the row is another by now. */
  readonly replace: (from: string, to: string) => Promise<boolean>;
}

/** Returns how many; repeated it finds none. */
export async function resealRows(
  keys: MasterKeys,
  purpose: string,
  rows: readonly SealedRow[],
): Promise<number> {
  const present = keyNameOf(sealOf({ current: keys.current }, purpose).close(keys.current, "name"));
  const seal = sealOf(keys, purpose);
  let count = 0;
  for (const { sealed, place, replace } of rows) {
    if (sealed === undefined || keyNameOf(sealed) === present) continue;
    if (await replace(sealed, seal.close(seal.open(sealed, place), place))) count += 1;
  }
  return count;
}
