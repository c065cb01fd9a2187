// Stopping: a working run is told to, one that nobody works on is ended here with its last words (ux c.8, I13).
//
//   SR1  A stop is confirmed within seconds, by the worker or, where it does not obey (frozen, dead, or just parking the
//        run), over its head by the supervisor: its lease ends with the run, so that it can change nothing more (I8).

import type { Person } from "../domain/person.ts";
import { isTerminal, type Run, runOutcome } from "../domain/run.ts";
import { runEvent } from "../runtime/recording.ts";
import { toldHere } from "../runtime/told-run.ts";
import { clockTime } from "../runtime/voice/local-time.ts";
import { stoppedText } from "../runtime/voice/stop-report.ts";
import { changeCard } from "./card.ts";
import type { Decision } from "./desk.ts";
import { sayEnded } from "./say-ended.ts";

/** A worker obeys within a second; this much later the supervisor does it instead. */
const patienceMs = 3_000;

/** False if it had ended already. The caller has checked that `by` may stop it. */
export async function stopRun(d: Decision, found: Run, by: Person): Promise<boolean> {
  await d.tx.runs.hold(found.id);
  const run = (await d.tx.runs.find(found.id)) ?? found;
  if (isTerminal(run.state)) return false;
  if (run.state !== "working") return settle(d, run, by);
  if (!(await d.tx.runs.requestStop(run.id, by.key))) return false;
  await changeCard(d, run, { line: `Stopping, as ${by.name} asked.`, revision: "stopping" });
  await d.tx.runs.promise(run.id, d.now + patienceMs);
  d.hint({ kind: "stop", run: run.id });
  return true;
}

/** SR1: of a run whose stop was asked for a while ago. */
export async function finishStop(d: Decision, run: Run): Promise<boolean> {
  if (run.stopRequestedBy === undefined) return false;
  const by = await d.tx.people.find(run.stopRequestedBy);
  const person = by ?? { key: run.stopRequestedBy, name: run.subjectName, kind: "member" };
  return settle(d, run, person);
}

async function settle(d: Decision, run: Run, by: Person): Promise<boolean> {
  const waits = await d.tx.waits.readableOf(run.id);
  const text = stoppedText(
    await toldHere(d.tx, run),
    by.name,
    await d.tx.steps.list(run.id, run.contextBase),
  );
  const outcome = runOutcome("stopped", text);
  const ended =
    run.state === "working"
      ? await d.tx.runs.settleUnheard(run.id, outcome, d.now)
      : await d.tx.runs.settleIdle(run.id, "stopped", outcome, d.now);
  if (!ended) return false;
  await d.tx.audit.append({ ...runEvent(run, "run.stopped", d.now), actor: by.key });
  const at = clockTime(d.now, by.timeZone);
  const line = `Stopped by ${by.name}, ${at}`;
  const asks = `Closed: stopped by ${by.name} (${at})`;
  await sayEnded(d, run, waits, { state: "stopped", text, card: { state: "Stopped", line }, asks });
  d.hint({ kind: "runnable" });
  return true;
}
