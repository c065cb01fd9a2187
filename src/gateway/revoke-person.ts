// Offboarding (OPS-2): a person is no longer served, and what went on in their name ends.
//
//   RP1  The brake comes first, in the same transaction as the rest: from its commit on they start nothing, steer nothing and decide
//        nothing.
//   RP2  Their runs are stopped, their schedules paused, their connections revoked. What they approved earlier stays on record.

import type { Ids } from "../base/ids.ts";
import type { PersonKey } from "../domain/ids.ts";
import { recordConnection } from "../grants/events.ts";
import { accessWithdrawn } from "../runtime/voice/brake-words.ts";
import { operator, pullBrake, tenantOf } from "./brakes.ts";
import type { Decision, Desk } from "./desk.ts";
import type { RulesFor } from "./rules.ts";
import { pauseFor } from "./schedule-pause.ts";
import { stopRun } from "./stop-run.ts";

export interface RevokeDeps {
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
}

export interface Revoked {
  /** False if they were not served any more before. */
  readonly pulled: boolean;
  readonly runs: number;
  readonly schedules: number;
  readonly connections: number;
}

const most = 1_000;

export async function revokePerson(
  d: Decision,
  deps: RevokeDeps,
  person: PersonKey,
  by: string,
): Promise<Revoked> {
  const pulled = await pullBrake(d, deps.ids, { kind: "person", name: person }, by);
  let runs = 0;
  for (const run of await d.tx.runs.activeOf(person, most))
    if (await stopRun(d, run, operator(person))) runs += 1;
  return {
    pulled,
    runs,
    schedules: await pauseSchedules(d, deps, person),
    connections: await revoke(d, person, by),
  };
}

/** A platform says that somebody is gone. Whom nobody here has heard of has nothing that could end. */
export async function offboard(
  { desk, ...deps }: RevokeDeps & { readonly desk: Desk },
  person: PersonKey,
): Promise<void> {
  await desk.decide(async (d) => {
    if (await d.tx.people.find(person)) await revokePerson(d, deps, person, "system");
  });
}

async function pauseSchedules(d: Decision, deps: RevokeDeps, owner: PersonKey): Promise<number> {
  const active = (await d.tx.schedules.list({ owner, limit: most })).filter(
    ({ state }) => state === "active",
  );
  for (const schedule of active) await pauseFor(d, deps, schedule, accessWithdrawn);
  return active.length;
}

/** The state first; the sweep of grants does the rest at the services (VLT-8). */
async function revoke(d: Decision, owner: PersonKey, by: string): Promise<number> {
  let count = 0;
  for (const row of await d.tx.connections.list({ tenant: tenantOf(owner), owner, limit: most })) {
    if (!(await d.tx.connections.change(row.id, "revoked", "offboarded", d.now))) continue;
    await recordConnection(d.tx, "token.revoked", row, {
      time: d.now,
      actor: by,
      data: { why: "offboarded" },
    });
    count += 1;
  }
  return count;
}
