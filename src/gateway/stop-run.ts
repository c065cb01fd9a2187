// Stopping: a working run is told to, one that nobody works on is ended here with its last words (ux c.8, I13).

import type { Person } from "../domain/person.ts";
import { isTerminal, type Run } from "../domain/run.ts";
import { askDecided } from "../runtime/voice/attention.ts";
import { clockTime } from "../runtime/voice/local-time.ts";
import { resultPost, stoppedText } from "../runtime/voice/result.ts";
import { changeCard } from "./card.ts";
import type { Decision } from "./desk.ts";
import { markSession } from "./marks.ts";

/** False if it had ended already. The caller has checked that `by` may stop it. */
export async function stopRun(d: Decision, run: Run, by: Person): Promise<boolean> {
  if (isTerminal(run.state)) return false;
  const waits = run.state === "waiting" ? await d.tx.waits.forRun(run.id) : [];
  const text = stoppedText(run, by.name);
  const outcome = { code: "stopped", summary: text.slice(0, 500).toWellFormed() };
  if (run.state !== "working" && (await d.tx.runs.settleIdle(run.id, "stopped", outcome, d.now))) {
    const at = clockTime(d.now, by.timeZone);
    for (const wait of waits.filter(({ state }) => state === "open")) {
      await d.say(askDecided(run, wait.id, wait.ask, `Closed: stopped by ${by.name} (${at})`));
    }
    await changeCard(d, run, { state: "Stopped", line: `Stopped by ${by.name}, ${at}`, revision: "stopped" });
    await d.say(resultPost(run, { outcome: "stopped", text, files: [], now: d.now }));
    await markSession(d, run, "active", "stopped");
    d.hint({ kind: "runnable" });
    return true;
  }
  if (!(await d.tx.runs.requestStop(run.id, by.key))) return false;
  d.hint({ kind: "stop", run: run.id });
  return true;
}
