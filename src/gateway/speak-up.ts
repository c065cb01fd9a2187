// The supervisor's voice: when a run has not said by itself what it promised to say (I13).
//
// Owns: what is done about one broken promise. Does not own: finding it (app/voice-parts.ts), or whoever works on the run.
//
//   SU1  A promise that is spoken for is made anew in the same transaction; so each is spoken for once.
//   SU2  The card says that work goes on; a post, which notifies, is made at most once a day (ux c.2), outside of quiet
//        hours, and not where one message tells of a trouble that many runs have (troubles.ts).
//   SU3  A stop that nobody obeyed is carried out here, and a run whose time is over is ended here.

import type { RunId } from "../domain/ids.ts";
import { isTerminal, type Run } from "../domain/run.ts";
import { toldHere } from "../runtime/told-run.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { type Standstill, silence, standstillLine } from "../runtime/voice/standstill.ts";
import { changeCard } from "./card.ts";
import type { Decision, Desk } from "./desk.ts";
import { expireRun, expiryOf } from "./expire-run.ts";
import { quietFor } from "./quiet.ts";
import { standstillOf } from "./standstill.ts";
import { finishStop } from "./stop-run.ts";

const dayMs = 24 * 3_600_000;

/** Keeps the promise of a run that is overdue; nothing if it has spoken meanwhile. */
export async function speakUp(desk: Desk, id: RunId): Promise<void> {
  await desk.decide(async (d) => {
    await d.tx.runs.hold(id);
    const run = await d.tx.runs.find(id);
    if (run?.checkInAt === undefined || run.checkInAt > d.now || isTerminal(run.state)) return;
    if ((await finishStop(d, run)) || (await expireRun(d, run))) return;
    if (run.state === "waiting") {
      // Whoever is waited for was asked in a post of its own, and is reminded by one; the answer promises anew.
      await d.tx.runs.promise(id, expiryOf(run, await d.tx.waits.readableOf(id)));
      return;
    }
    const standing = await standstillOf(d, run);
    await changeCard(d, run, { line: standstillLine(standing), revision: `promise:${run.checkInAt}` });
    const quiet = await quietFor(d, run);
    if (quiet !== undefined) return d.tx.runs.promise(id, quiet);
    if (!(await isToldOf(d, run, standing))) await say(d, run, standing);
    await d.promise(id);
  });
}

async function say(d: Decision, run: Run, standing: Standstill): Promise<void> {
  const day = Math.floor((d.now - run.createdAt) / dayMs);
  const at = { tenant: run.tenant, conversation: run.conversation, run: run.id };
  const told = await toldHere(d.tx, run);
  await d.say(noticePost(at, `silence:${run.id}:${day}`, notice(silence(told, standing))));
}

async function isToldOf({ tx }: Decision, run: Run, { kind }: Standstill): Promise<boolean> {
  if (kind !== "model-away") return false;
  return (await tx.troubles.list()).some(({ runs }) => runs.includes(run.id));
}
