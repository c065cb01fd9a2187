// People whom an operator names by their key.

import { AppError } from "../base/errors.ts";
import type { PersonKey } from "../domain/ids.ts";
import { PersonKeySchema } from "../domain/person.ts";
import type { Rows } from "./open-rows.ts";

export function personNamed(key: string): PersonKey {
  const person = PersonKeySchema.safeParse(key);
  if (person.success) return person.data;
  throw new AppError(
    "cli.unknown",
    `${key} is no person; write platform:organisation:user, such as slack:T0001:U0001.`,
  );
}

/** Throws for a key that neither wrote here nor had work done. */
export async function requirePerson({ store }: Pick<Rows, "store">, person: PersonKey): Promise<void> {
  const isKnown = await store.read(
    async (tx) =>
      (await tx.people.find(person)) !== undefined ||
      (await tx.runs.list({ subject: person, limit: 1 })).length > 0,
  );
  if (!isKnown) throw new AppError("cli.unknown", `Nobody is known here as ${person}.`);
}
