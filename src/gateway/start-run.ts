// A new run in a conversation: the row that makes it so, and the signs that it was taken on (ux c.1).

import type { Ids } from "../base/ids.ts";
import { withoutUndefined } from "../base/without-undefined.ts";
import type { Conversation } from "../domain/conversation.ts";
import { asRunId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import { passedMarks } from "../domain/passed-on.ts";
import type { Schedule } from "../domain/schedule.ts";
import { allRaised, isMarked, programMarks, type TaintMarks } from "../domain/taint.ts";
import { runEvent } from "../runtime/recording.ts";
import type { Decision } from "./desk.ts";
import { markSession } from "./marks.ts";
import type { PlaceRules } from "./rules.ts";

export interface NewWork {
  readonly conversation: Conversation;
  readonly rules: PlaceRules;
  readonly subject: Pick<Person, "key" | "name">;
  readonly goal: string;
  readonly title: string;
  /** What fired it: it works as its agent, and promises nobody a word, since it may find nothing new. */
  readonly schedule?: Pick<Schedule, "id" | "agent" | "taint">;
  /** See `Run`. */
  readonly through?: string | undefined;
  /** Strangers whose words the goal passes on. */
  readonly passedOn?: readonly string[];
  /** What else is known of where the goal comes from. */
  readonly taint?: TaintMarks;
}

/** Undefined if the conversation has an active run (I3). A DM is one person's own; elsewhere the employee works (ID-4). */
export async function startRun(d: Decision, ids: Ids, work: NewWork): Promise<Run | undefined> {
  const { conversation, rules, subject, schedule, through } = work;
  const told = through === undefined ? schedule?.taint : programMarks(through);
  const taint = allRaised([told, work.taint, passedMarks(work)]);
  const origin = withoutUndefined({ schedule: schedule?.id, through });
  const ahead = await d.tx.runs.priority(conversation.tenant, subject.key);
  const run = await d.tx.runs.create({
    id: asRunId(ids.next("run")),
    tenant: conversation.tenant,
    conversation: conversation.id,
    agent: schedule?.agent ?? rules.agent,
    subject: subject.key,
    subjectName: subject.name,
    mode: conversation.address.kind === "dm" ? "assistant" : "employee",
    goal: work.goal,
    title: work.title,
    budget: rules.budget,
    ...origin,
    ...(isMarked(taint) ? { taint } : {}),
    now: d.now,
  });
  if (!run) return undefined;
  await d.tx.audit.append({
    ...runEvent(run, "run.started", d.now, { mode: run.mode, conversation: run.conversation, ...origin }),
    actor: schedule ? "system" : subject.key,
  });
  if (!schedule) await d.promise(run.id);
  await beginRun(d, run, ahead);
  return run;
}

/** What every new run begins with. `ahead` is what lay ahead of it before it was there. */
export async function beginRun(d: Decision, run: Run, ahead: number): Promise<void> {
  await markSession(d, run, "processing", "started");
  await d.ring(run, ahead);
}
