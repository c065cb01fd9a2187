// Work that is due by the clock: one firing is one run, in the schedule's own thread.
//
//   SF1  Whoever takes a firing moves the schedule on in the same transaction (SC2): two sweepers make one run.
//   SF2  A firing that is less than a quarter of an hour late takes place, once. What was missed before is told in one note,
//        however much it is.
//   SF3  While something is at work in the thread, firings are left out, and that is said once.
//   SF4  What can't take place for a reason that only a person can mend pauses the schedule; somebody is told (ux d.13).
//   SF5  The owner's platform is asked how the owner stands at each firing. Whom it shows no more has the schedule paused; who is no
//        member any more is offboarded (OPS-2), as if the platform had said so by itself.
//   SF6  What the configuration file set up has no owner: the first of the agent's managers on that platform who is a member there by
//        its own word is asked and mentioned. Where there is none it works as the agent, and nobody can answer it.

import type { Failpoints } from "../base/failpoints.ts";
import type { Ids } from "../base/ids.ts";
import type { Standing } from "../chat/contract.ts";
import type { Conversation } from "../domain/conversation.ts";
import { type PersonKey, personKey, type ScheduleId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import { type Schedule, scheduleStates } from "../domain/schedule.ts";
import { nextTime, nextTimes } from "../domain/wall-time.ts";
import { toldHere } from "../runtime/told-run.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import {
  type Missed,
  missedNote,
  ownerGone,
  skippedNote,
  whyPaused,
} from "../runtime/voice/schedule-notes.ts";
import { servedAt } from "./addressing.ts";
import type { Decision, Desk } from "./desk.ts";
import { offboard } from "./revoke-person.ts";
import type { PlaceRules, RulesFor } from "./rules.ts";
import { pauseFor } from "./schedule-pause.ts";
import { threadOf } from "./schedule-thread.ts";
import type { AskStanding } from "./standing.ts";
import { startRun } from "./start-run.ts";

export interface ScheduleDeps {
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
}

export interface FiringDeps extends ScheduleDeps {
  readonly failpoint: Failpoints;
  readonly standing: AskStanding;
}

const graceMs = 15 * 60_000;
/** More are not counted. */
const mostMissed = 50;

/** Does what has become due by now. Nothing if somebody else did, or if it is not active any more. */
export async function fireSchedule(
  desk: Desk,
  deps: FiringDeps,
  { id, owner, agent, place }: Schedule,
): Promise<void> {
  const standing = owner === undefined ? undefined : await deps.standing(place, owner);
  const { asked, gone } = owner === undefined ? await managerAt(deps, { agent, place }) : noManager;
  await deps.failpoint("schedule.after-look-up");
  if (owner !== undefined && standing === "gone") await offboard({ desk, ...deps }, owner);
  for (const manager of gone) await offboard({ desk, ...deps }, manager);
  await desk.decide(async (d) => {
    await fireDue(d, deps, id, { standing, asked });
    await deps.failpoint("schedule.in-commit");
  });
  await deps.failpoint("schedule.after-commit");
}

/** Who is to be asked, and who is no member anywhere any more. */
interface Managers {
  readonly asked: PersonKey | undefined;
  readonly gone: readonly PersonKey[];
}

const noManager: Managers = { asked: undefined, gone: [] };

/** SF6. A platform that can't say now means nobody ill (OS1). */
async function managerAt(
  { rulesFor, standing }: FiringDeps,
  { agent, place }: Pick<Schedule, "agent" | "place">,
): Promise<Managers> {
  const gone: PersonKey[] = [];
  for (const asked of managersAt(rulesFor(place, agent), place.platform)) {
    const stands = await standing(place, asked);
    if (stands === undefined || stands === "member") return { asked, gone };
    if (stands === "gone") gone.push(asked);
  }
  return { asked: undefined, gone };
}

function managersAt({ managers, revoked }: PlaceRules, platform: string): readonly PersonKey[] {
  return managers.filter((key) => key.startsWith(`${platform}:`) && !revoked.has(key));
}

interface Asked {
  readonly standing: Standing | undefined;
  /** Of what has no owner. */
  readonly asked: PersonKey | undefined;
}

async function fireDue(
  d: Decision,
  deps: ScheduleDeps,
  id: ScheduleId,
  { standing, asked }: Asked,
): Promise<void> {
  const schedule = await d.tx.schedules.find(id);
  if (schedule?.state !== "active" || schedule.nextAt === undefined || schedule.nextAt > d.now) return;
  const firing = firingOf(schedule, schedule.nextAt, d.now);
  if (!firing) return pauseFor(d, deps, schedule, whyPaused.badTime);
  if (!(await d.tx.schedules.fire(id, schedule.nextAt, firing.next))) return;
  const { nextAt: _taken, ...rest } = schedule;
  const fired = firing.next === undefined ? rest : { ...rest, nextAt: firing.next };
  if (standing === "absent" || standing === "gone") return pauseFor(d, deps, fired, ownerGone(fired));
  if (standing !== undefined) await keepStanding(d, fired, standing);
  await carryOut(d, deps, fired, { ...firing, asked });
}

/** Whoever became a guest since they last wrote is one from now on. */
async function keepStanding(
  { tx, now }: Decision,
  { owner, tenant }: Schedule,
  kind: Person["kind"],
): Promise<void> {
  const known = owner && (await tx.people.find(owner));
  if (known && known.kind !== kind) await tx.people.see({ ...known, kind }, tenant, now);
}

export type RunNow =
  | { readonly kind: "started"; readonly run: Run }
  | { readonly kind: "busy" }
  | { readonly kind: "refused"; readonly why: string };

/** Once, now, whatever the clock says; it changes nothing about the next time. */
export async function runNow(d: Decision, deps: ScheduleDeps, schedule: Schedule): Promise<RunNow> {
  const rules = deps.rulesFor(schedule.place, schedule.agent);
  const why = await whyNot(d, schedule, rules);
  if (why !== undefined) return { kind: "refused", why };
  const conversation = await threadOf(d, deps.ids, schedule);
  const [asked] = managersAt(rules, schedule.place.platform);
  const run = await begin(d, deps, { schedule, conversation, rules, asked });
  return run ? { kind: "started", run } : { kind: "busy" };
}

interface Firing {
  /** What is late by less than the grace, or on time. */
  readonly takesPlace: boolean;
  readonly missed?: Missed;
  readonly next: number | undefined;
}

/** Undefined where the time can't be computed on this machine. */
function firingOf(schedule: Schedule, due: number, now: number): Firing | undefined {
  try {
    const next = nextTime(schedule, now);
    const fresh = now - graceMs;
    if (due > fresh) return { takesPlace: true, next };
    // Their number is small: nothing comes twice within ten minutes.
    const takesPlace = nextTimes(schedule, fresh, 3).some((at) => at <= now);
    const missed = nextTimes(schedule, due - 1, mostMissed).filter((at) => at <= fresh);
    return {
      takesPlace,
      missed: { first: due, count: Math.max(1, missed.length), caughtUp: takesPlace },
      next,
    };
  } catch {
    return undefined; // a zone or a form that this machine's tables don't have
  }
}

async function carryOut(
  d: Decision,
  deps: ScheduleDeps,
  schedule: Schedule,
  firing: Firing & Pick<Asked, "asked">,
): Promise<void> {
  const rules = deps.rulesFor(schedule.place, schedule.agent);
  const why = await whyNot(d, schedule, rules);
  if (why !== undefined) return pauseFor(d, deps, schedule, why);
  const conversation = await threadOf(d, deps.ids, schedule);
  const at = { tenant: conversation.tenant, conversation: conversation.id };
  if (firing.missed) {
    const { first } = firing.missed;
    const words = missedNote(schedule, firing.missed, d.now);
    await d.say(noticePost(at, `missed:${schedule.id}:${first}`, notice(words)));
  }
  const { asked } = firing;
  if (!firing.takesPlace || (await begin(d, deps, { schedule, conversation, rules, asked }))) return;
  const active = await d.tx.runs.active(conversation.id);
  if (!active) return;
  const words = skippedNote(schedule, await toldHere(d.tx, active));
  await d.say(noticePost(at, `skipped:${schedule.id}:${active.id}`, notice(words)));
}

/** SF4: in words, or undefined if nothing is in the way. */
async function whyNot(d: Decision, schedule: Schedule, rules: PlaceRules): Promise<string | undefined> {
  if (!rules.enabled) return whyPaused.channelOff;
  const owner = schedule.owner && (await d.tx.people.find(schedule.owner));
  if (!owner) return undefined;
  const served = servedAt(owner, { kind: schedule.place.kind, rules });
  return served.kind === "addressed" ? undefined : ownerGone(schedule);
}

interface Begun {
  readonly schedule: Schedule;
  readonly conversation: Conversation;
  readonly rules: PlaceRules;
  readonly asked: PersonKey | undefined;
}

/** Undefined if the thread has an active run (I3). */
async function begin(
  d: Decision,
  { ids }: ScheduleDeps,
  { schedule, conversation, rules, asked }: Begun,
): Promise<Run | undefined> {
  const subject = await subjectOf(d, schedule, asked);
  const { what: goal, name: title } = schedule;
  const run = await startRun(d, ids, { conversation, rules, subject, goal, title, schedule });
  if (run) await d.tx.schedules.change(schedule.id, scheduleStates, { lastRun: run.id });
  return run;
}

interface Subject {
  readonly key: PersonKey;
  readonly name: string;
}

/** Its owner, or who is asked in place of one (SF6), or the agent itself. */
async function subjectOf(d: Decision, schedule: Schedule, asked: PersonKey | undefined): Promise<Subject> {
  const key = schedule.owner ?? asked;
  if (key === undefined) {
    return { key: personKey("agent", schedule.tenant, schedule.agent), name: schedule.agent };
  }
  const name = (await d.tx.people.find(key))?.name ?? schedule.ownerName ?? key;
  return { key, name };
}
