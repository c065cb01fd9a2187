// The supervisor's voice: when a run has not said by itself what it promised to say (I13).
//
//   SU1  A promise that is spoken for is made anew in the same transaction; so each is spoken for once.
//   SU2  The card says that work goes on; a post, which notifies, is made at most once a day (ux c.2).

import type { RunId } from "../domain/ids.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { silence } from "../runtime/voice/replies.ts";
import { duration } from "../runtime/voice/result.ts";
import { changeCard } from "./card.ts";
import type { Desk } from "./desk.ts";

const dayMs = 24 * 3_600_000;

/** Keeps the promise of a run that is overdue; nothing if it has spoken meanwhile. */
export async function speakUp(desk: Desk, id: RunId): Promise<void> {
  await desk.decide(async (d) => {
    const run = await d.tx.runs.find(id);
    if (run?.checkInAt === undefined || run.checkInAt > d.now) return;
    if (run.state === "waiting") {
      // Whoever is waited for was asked in a post of its own, and is reminded by one; the answer promises anew.
      await d.tx.runs.promise(id, undefined);
      return;
    }
    if (run.state !== "queued" && run.state !== "working") return;
    const [last] = await d.tx.steps.list(id, Math.max(0, run.cursor - 1));
    const line = last
      ? `Still working; the last step was ${duration(d.now - last.startedAt)} ago.`
      : "Still waiting for its turn.";
    await changeCard(d, run, { line, revision: `promise:${run.checkInAt}` });
    const day = Math.floor((d.now - run.createdAt) / dayMs);
    const at = { tenant: run.tenant, conversation: run.conversation, run: id };
    await d.say(noticePost(at, `silence:${id}:${day}`, notice(silence(run, last, d.now))));
    await d.promise(id);
  });
}
