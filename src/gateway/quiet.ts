// Whether somebody wants to be left alone now, with what one of their runs would say by itself (ux c.12).
//
//   QT1  What a person asked for in the last hour is never quiet: they are there. A schedule asks for nobody.

import { quietUntil } from "../domain/quiet-hours.ts";
import type { Run } from "../domain/run.ts";
import type { Decision } from "./desk.ts";

const freshMs = 3_600_000;

/** When the quiet time of the run's person is over; undefined if it may speak. */
export async function quietFor(d: Decision, run: Run): Promise<number | undefined> {
  if (!d.quietHours) return undefined;
  const zone = (await d.tx.people.find(run.subject))?.timeZone;
  const until = quietUntil(d.quietHours, d.now, zone);
  if (until === undefined || d.now - (await lastWord(d, run)) < freshMs) return undefined;
  return until;
}

/** When the person last said something about the run. */
async function lastWord(d: Decision, run: Run): Promise<number> {
  const mail = await d.tx.mailbox.list(run.id, run.contextBase);
  const words = mail.flatMap(({ from, sentAt }) => (from === run.subject ? [sentAt] : []));
  const waits = await d.tx.waits.readableOf(run.id);
  const answers = waits.flatMap(({ answer, resolvedAt }) =>
    answer?.by === run.subject && resolvedAt !== undefined ? [resolvedAt] : [],
  );
  return Math.max(run.schedule === undefined ? run.createdAt : 0, ...words, ...answers);
}
