// Offboarding (OPS-2): a person is no longer served, and what went on in their name ends.
//
//   RP1  The brake comes first, in the same transaction as the rest: from its commit on they start nothing, steer nothing and decide
//        nothing. An operator means the person: every key that is theirs (LK1), also one whose link ended within the last week.
//   RP2  Their runs are stopped, their schedules paused, their connections revoked (at the
//        services by the sweep of grants, VLT-8). What they approved earlier stays on record.
//   RP3  Giving back what was withdrawn means the keys that were withdrawn together, by one word; one that was withdrawn for a reason of
//        its own stays so.

import type { Ids } from "../base/ids.ts";
import type { PersonKey } from "../domain/ids.ts";
import { linksCountFrom } from "../domain/person-link.ts";
import { revokeOwned } from "../grants/revoke.ts";
import { accessWithdrawn } from "../runtime/voice/brake-words.ts";
import { ownerGone } from "../runtime/voice/schedule-notes.ts";
import { operator, pullBrake, releaseBrake, tenantOf } from "./brakes.ts";
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
  /** Their other keys, for which the same was done; absent where there are none. */
  readonly linked?: readonly PersonKey[];
  readonly runs: number;
  readonly schedules: number;
  readonly connections: number;
}

const most = 1_000;
/** Who withdraws it where a platform says that somebody is gone. */
const platformsWord = "system";

export async function revokePerson(
  d: Decision,
  deps: RevokeDeps,
  person: PersonKey,
  by: string,
): Promise<Revoked> {
  const linked = await d.tx.personLinks.others(person, linksCountFrom(d.now));
  const each: Omit<Revoked, "linked">[] = [];
  for (const key of [person, ...linked]) each.push(await revokeKey(d, deps, key, by));
  const sum = (count: "runs" | "schedules" | "connections"): number =>
    each.reduce((total, one) => total + one[count], 0);
  return {
    pulled: each.some(({ pulled }) => pulled),
    ...(linked.length > 0 && { linked }),
    runs: sum("runs"),
    schedules: sum("schedules"),
    connections: sum("connections"),
  };
}

/** RP3. */
export async function restorePerson(
  d: Decision,
  person: PersonKey,
  by: string,
): Promise<{ readonly released: boolean; readonly linked: readonly PersonKey[] }> {
  const brake = await d.tx.brakes.find("person", person);
  const released = await releaseBrake(d, { kind: "person", name: person }, by);
  if (!brake) return { released, linked: [] };
  const linked: PersonKey[] = [];
  for (const key of await d.tx.personLinks.others(person, linksCountFrom(brake.pulledAt))) {
    const other = await d.tx.brakes.find("person", key);
    if (other?.pulledAt !== brake.pulledAt || other.pulledBy !== brake.pulledBy) continue;
    if (await releaseBrake(d, { kind: "person", name: key }, by)) linked.push(key);
  }
  return { released, linked };
}

async function revokeKey(
  d: Decision,
  deps: RevokeDeps,
  person: PersonKey,
  by: string,
): Promise<Omit<Revoked, "linked">> {
  const pulled = await pullBrake(d, deps.ids, { kind: "person", name: person }, by);
  let runs = 0;
  for (const run of await d.tx.runs.activeOf(person, most))
    if (await stopRun(d, run, operator(person))) runs += 1;
  return {
    pulled,
    runs,
    schedules: await pauseSchedules(d, deps, person, by),
    connections: await revokeOwned(d.tx, { tenant: tenantOf(person), owner: person }, { by, now: d.now }),
  };
}

/**
 * A platform says that somebody is gone: from there. Whom nobody here has heard of has nothing that could end. What they are elsewhere the
 * platform there knows.
 */
export async function offboard(
  { desk, ...deps }: RevokeDeps & { readonly desk: Desk },
  person: PersonKey,
): Promise<void> {
  await desk.decide(async (d) => {
    if (await d.tx.people.find(person)) await revokeKey(d, deps, person, platformsWord);
  });
}

async function pauseSchedules(d: Decision, deps: RevokeDeps, owner: PersonKey, by: string): Promise<number> {
  const active = (await d.tx.schedules.list({ owner, limit: most })).filter(
    ({ state }) => state === "active",
  );
  for (const schedule of active)
    await pauseFor(d, deps, schedule, by === platformsWord ? ownerGone(schedule) : accessWithdrawn);
  return active.length;
}
