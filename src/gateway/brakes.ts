// Brakes, pulled and released by operators (OPS-1, OPS-2): the row, its event, and what people in threads are told.
//
//   GB1  The row and its event are one transaction; what follows from it (who is told, what is stopped) is found again from the rows
//        after a crash.
//   GB2  A run that is held up says so once for each brake, and once that it goes on.

import type { Ids } from "../base/ids.ts";
import { type Brake, type BrakeKind, holdsUp } from "../domain/brake.ts";
import { asTenantId, type PersonKey, type TenantId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import { toldHere } from "../runtime/told-run.ts";
import { goingOnText, heldUpLine, heldUpText } from "../runtime/voice/brake-words.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { recordedTenants } from "../store/recorded-tenants.ts";
import { changeCard } from "./card.ts";
import type { Decision, Desk } from "./desk.ts";
import { stopRun } from "./stop-run.ts";

export interface BrakePlace {
  readonly kind: BrakeKind;
  readonly name: string;
}

const atOnce = 200;
const mostTold = 1_000;

/** False if it is pulled already. `by` is as in an audit event. */
export async function pullBrake(d: Decision, ids: Ids, place: BrakePlace, by: string): Promise<boolean> {
  const brake: Brake = { id: ids.next("brk"), ...place, pulledBy: by, pulledAt: d.now };
  if (!(await d.tx.brakes.pull(brake))) return false;
  await record(d, "brake.pulled", brake, by);
  return true;
}

/** False if it was not pulled. */
export async function releaseBrake(d: Decision, place: BrakePlace, by: string): Promise<boolean> {
  const brake = await d.tx.brakes.release(place.kind, place.name);
  if (!brake) return false;
  await record(d, "brake.released", brake, by);
  const left = await d.tx.brakes.list();
  for (const run of await d.tx.runs.list({ states: ["queued"], limit: mostTold })) {
    if (!holdsUp(brake, run) || left.some((other) => holdsUp(other, run))) continue;
    if (!(await d.tx.outbox.find(heldKey(run, brake)))) continue;
    await d.say(
      noticePost(
        placeOf(run),
        `released:${run.id}:${brake.id}`,
        notice(goingOnText(await toldHere(d.tx, run))),
      ),
    );
    await d.promise(run.id);
  }
  d.hint({ kind: "runnable" });
  return true;
}

/** Says in the threads of runs that are held up why nothing happens; ends those of people who are no longer served. Twice is once. */
export async function tellHeldUp(desk: Desk): Promise<void> {
  const untold = await desk.read((tx) => tx.runs.heldUp(atOnce));
  for (const { run: id, brake: name } of untold) {
    await desk.decide(async (d) => {
      await d.tx.runs.hold(id);
      const run = await d.tx.runs.find(id);
      const brake = (await d.tx.brakes.list()).find((one) => one.id === name);
      if (run?.state !== "queued" || !brake) return;
      if (brake.kind === "person") return void (await stopRun(d, run, operator(run.subject)));
      const told = await toldHere(d.tx, run);
      await d.say(noticePost(placeOf(run), heldKey(run, brake), notice(heldUpText(told, brake))));
      await changeCard(d, run, { line: heldUpLine, revision: `held:${brake.id}` });
      await d.promise(run.id);
    });
  }
}

/** Who ends runs that nobody in the thread ended. */
export function operator(key: PersonKey): Person {
  return { key, name: "an operator", kind: "member" };
}

/** The tenant of a person: the organisation in the key. */
export function tenantOf(person: string): TenantId {
  const [platform = "", organisation = ""] = person.split(":");
  return asTenantId(platform === "local" ? "local" : `${platform}-${organisation}`);
}

async function record(
  d: Decision,
  type: "brake.pulled" | "brake.released",
  { kind, name }: Brake,
  by: string,
): Promise<void> {
  for (const tenant of await tenantsOf(d, { kind, name })) {
    await d.tx.audit.append({
      tenant,
      type,
      time: d.now,
      actor: by,
      ...(kind === "tool" ? { tool: name } : {}),
      data: { kind, name },
    });
  }
}

/** Whose record it belongs in: everybody's, where it is about more than one. */
async function tenantsOf({ tx }: Decision, { kind, name }: BrakePlace): Promise<readonly TenantId[]> {
  if (kind === "tenant") return [asTenantId(name)];
  if (kind === "person") return [tenantOf(name)];
  return recordedTenants(tx);
}

/** As `heldUp` of the store looks for it. */
function heldKey(run: Run, brake: Brake): string {
  return `held:${run.id}:${brake.id}`;
}

function placeOf({ tenant, conversation, id }: Run): Parameters<typeof noticePost>[0] {
  return { tenant, conversation, run: id };
}
