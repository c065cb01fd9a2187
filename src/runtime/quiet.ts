// Whether the run's person wants to be left alone now, as the loop sees it (ux c.12).
//
//   QT1  What a person asked for in the last hour is never quiet: they are there. A schedule asks for nobody.
//   QT2  What is asked in quiet hours is posted at once and calls nobody; its reminder does, when they are over. What is void by then
//        (approvals, schedules) calls at once.

import { quietUntil } from "../domain/quiet-hours.ts";
import type { AgentDirectory, World } from "./deps.ts";
import type { Work } from "./work.ts";

const freshMs = 3_600_000;

/** When the quiet time is over; undefined if the run may speak by itself. */
export function quietFor(
  { run, mail, waits, timeZone }: Work,
  { world, agents }: { readonly world: World; readonly agents: AgentDirectory },
): number | undefined {
  if (!agents.quietHours) return undefined;
  const now = world.clock.now();
  const words = mail.flatMap(({ from, sentAt }) => (from === run.subject ? [sentAt] : []));
  const answers = waits.flatMap(({ answer, resolvedAt }) =>
    answer?.by === run.subject && resolvedAt !== undefined ? [resolvedAt] : [],
  );
  if (now - Math.max(run.schedule === undefined ? run.createdAt : 0, ...words, ...answers) < freshMs)
    return undefined;
  return quietUntil(agents.quietHours, now, timeZone);
}
