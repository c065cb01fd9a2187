// Ends what Deputy does for a person, from the command line.

import { createAgentDirectory } from "../app/agent-directory.ts";
import { createRulesFor } from "../app/place-rules.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { createIds } from "../base/ids.ts";
import type { PersonKey } from "../domain/ids.ts";
import { PersonKeySchema } from "../domain/person.ts";
import { type Revoked, revokePerson } from "../gateway/revoke-person.ts";
import { withDesk } from "./desk-from-cli.ts";
import type { Rows } from "./open-rows.ts";

export async function revokeFromCli(rows: Rows, key: string, by: string): Promise<Revoked> {
  const person = personNamed(key);
  const brakes = await rows.store.read((tx) => tx.brakes.list());
  const deps = {
    ids: createIds(() => systemClock.now()),
    rulesFor: createRulesFor(rows.config, createAgentDirectory(rows.config), () => brakes),
  };
  return withDesk(rows, (desk) => desk.decide((d) => revokePerson(d, deps, person, by)));
}

export function personNamed(key: string): PersonKey {
  const person = PersonKeySchema.safeParse(key);
  if (person.success) return person.data;
  throw new AppError(
    "cli.unknown",
    `${key} is no person; write platform:organisation:user, such as slack:T0001:U0001.`,
  );
}
