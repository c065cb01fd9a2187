// Ends what Deputy does for a person, from the command line.

import { createAgentDirectory } from "../app/agent-directory.ts";
import { createRulesFor } from "../app/place-rules.ts";
import { systemClock } from "../base/clock.ts";
import { createIds } from "../base/ids.ts";
import { type Revoked, revokePerson } from "../gateway/revoke-person.ts";
import { withDesk } from "./desk-from-cli.ts";
import { personNamed } from "./known-person.ts";
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
