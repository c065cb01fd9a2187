// An ended run goes on: a new run takes over its journal (docs/decisions/0009).
//
//   GO1  Ended is ended (D1): what goes on is a new run, which names the old one in `continues`.
//   GO2  An ended run is gone on from once, whoever clicks how often: a unique index decides.
//   GO3  The new run keeps subject and mode: a click gives it nobody else's rights (I10).
//   GO4  Nothing that has a result is done again (I4). What a stop cut off is done again, but for what may happen only
//        once: a person is asked about that (I5).

import type { Ids } from "../base/ids.ts";
import { parseJson } from "../base/json.ts";
import { asRunId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import { type Step, ToolOutput, WaitOutput } from "../domain/step.ts";
import { runEvent } from "../runtime/recording.ts";
import { toldHere } from "../runtime/told-run.ts";
import { clockTime } from "../runtime/voice/local-time.ts";
import { resultKey } from "../runtime/voice/result.ts";
import { cardPost } from "../runtime/voice/run-card.ts";
import type { Decision } from "./desk.ts";
import { beginRun } from "./start-run.ts";

export interface GoingOn {
  readonly old: Run;
  readonly by: Person;
}

/** Undefined if the conversation has an active run (I3), or another click came first (GO2). */
export async function goOn(d: Decision, ids: Ids, { old, by }: GoingOn): Promise<Run | undefined> {
  const { tenant, conversation, agent, subject, subjectName, mode, goal, title, budget, schedule, through } =
    old;
  const ahead = await d.tx.runs.priority(tenant, subject);
  const made = await d.tx.runs.create({
    id: asRunId(ids.next("run")),
    tenant,
    conversation,
    agent,
    subject,
    subjectName,
    mode,
    goal,
    title,
    budget,
    continues: old.id,
    ...(schedule === undefined ? {} : { schedule }),
    ...(through === undefined ? {} : { through }),
    now: d.now,
  });
  if (!made) return undefined;
  const steps = await d.tx.steps.list(old.id, old.contextBase);
  const cut = (how: "begun" | "unbegun"): number[] =>
    steps.filter((step) => cutOf(step) === how).map(({ n }) => n);
  await d.tx.runs.adopt(made.id, old.id, { begun: cut("begun"), unbegun: cut("unbegun") });
  const run = (await d.tx.runs.find(made.id)) ?? made;
  await d.tx.audit.append({
    ...runEvent(run, "run.started", d.now, {
      mode: run.mode,
      conversation: run.conversation,
      continues: old.id,
    }),
    actor: by.key,
  });
  await d.promise(run.id);
  await beginRun(d, run, ahead);
  const line = `Goes on where it ended, as ${by.name} asked.`;
  if (run.plan) await d.say(cardPost(await toldHere(d.tx, run), { state: "Queued", line, noted: [] }));
  await closeResult(d, old, `Taken up again by ${by.name}, ${clockTime(d.now, by.timeZone)}`);
  return run;
}

/** GO4: ended by a stop. What was started and has no result needs nothing: it is taken up as after a crash. */
function cutOf({ kind, result }: Step): ToolOutput["cut"] {
  if (result === undefined) return undefined;
  const value = parseJson(result)?.value;
  if (kind === "tool") return ToolOutput.safeParse(value).data?.cut;
  const stopped = kind === "wait" && WaitOutput.safeParse(value).data?.answer === "stopped";
  return stopped ? "begun" : undefined;
}

/** The old result stays, without buttons that would do nothing any more (ux c.0 rule 7). */
async function closeResult(d: Decision, old: Run, line: string): Promise<void> {
  const key = resultKey(old.id);
  const posted = await d.tx.outbox.find(key);
  if (posted?.op.op !== "post" || posted.op.message.kind !== "result") return;
  const { message } = posted.op;
  await d.say({
    key: `${key}:taken-up`,
    tenant: old.tenant,
    conversation: old.conversation,
    run: old.id,
    op: {
      op: "edit",
      target: key,
      message: { ...message, buttons: [], footer: `${message.footer} · ${line}` },
    },
  });
}
