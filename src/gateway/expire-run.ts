// A run that nobody lets go on ends, with words, when its time is over (I13): its budget's hours, waits included.
//
//   EX1  Whoever is asked has a day to answer, also where the hours are over sooner.
//   EX2  A run without hours in its budget waits as long as it takes (design 10).

import { type Run, runOutcome } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import { runEvent } from "../runtime/recording.ts";
import { toldHere } from "../runtime/told-run.ts";
import { expiredText } from "../runtime/voice/stop-report.ts";
import type { Decision } from "./desk.ts";
import { sayEnded } from "./say-ended.ts";

const hourMs = 3_600_000;
const answerMs = 24 * hourMs;

/** When the run ends by itself if it stays as it is; undefined if it does not. */
export function expiryOf(run: Run, waits: readonly Wait[]): number | undefined {
  const { hours } = run.budget;
  if (hours === undefined) return undefined;
  const asked = waits.find(({ state }) => state === "open")?.createdAt ?? run.createdAt;
  return Math.max(run.createdAt + hours * hourMs, asked + answerMs);
}

/** False if it is not time, or the run went on meanwhile. */
export async function expireRun(d: Decision, run: Run): Promise<boolean> {
  if (run.state !== "waiting" && run.state !== "queued") return false;
  const waits = await d.tx.waits.readableOf(run.id);
  const at = expiryOf(run, waits);
  if (at === undefined || at > d.now) return false;
  const asked = waits.some(({ state }) => state === "open");
  const text = expiredText(await toldHere(d.tx, run), asked, await d.tx.steps.list(run.id, run.contextBase));
  const outcome = runOutcome("expired", text);
  if (!(await d.tx.runs.settleIdle(run.id, "expired", outcome, d.now))) return false;
  await d.tx.audit.append({ ...runEvent(run, "run.expired", d.now), actor: "system" });
  await sayEnded(d, run, waits, {
    state: "expired",
    text,
    card: { state: "Expired", line: "Its time is over." },
    asks: "Closed: the time of this work is over",
  });
  return true;
}
