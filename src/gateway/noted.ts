// What decisions of the gateway look like from outside: log lines, spans and measures, after their commit.

import type { Run, TerminalRunState } from "../domain/run.ts";
import type { World } from "../runtime/deps.ts";
import { logIds, runEnded } from "../runtime/seeing.ts";
import type { ApprovalOutcome } from "../telemetry/metrics.ts";
import type { InboxRow } from "../store/contract.ts";

export type Noted =
  /** What was heard started, steered or reached a run. */
  | { readonly kind: "taken-in"; readonly run: Run; readonly row: InboxRow }
  /** A run that nobody worked on. */
  | {
      readonly kind: "ended";
      readonly run: Run;
      readonly state: TerminalRunState;
      readonly code: string;
      /** How many approvals it had asked for. */
      readonly asked: number;
    }
  /** A person's word on what was asked for approval, or that there was none in time. */
  | { readonly kind: "approval"; readonly outcome: ApprovalOutcome; readonly ms: number };

export function noting(world: World): (what: Noted) => void {
  return (what) => {
    if (what.kind === "taken-in") takenIn(world, what.run, what.row);
    else if (what.kind === "approval") world.meter?.approval(what.outcome, what.ms / 1000);
    else runEnded({ ...world, log: world.log.child(logIds(what.run)) }, what.run, what);
  };
}

function takenIn({ clock, log, tracer }: World, run: Run, { event, receivedAt }: InboxRow): void {
  const endedAt = clock.now();
  tracer?.record(
    {
      kind: "take-in",
      run: run.id,
      conversation: run.conversation,
      agent: run.agent,
      name: event.kind,
    },
    { startedAt: receivedAt, endedAt },
  );
  log.info("What was heard reached a run", {
    ...logIds(run),
    person: event.author.key,
    event: event.eventId,
    kind: event.kind,
    ms: endedAt - receivedAt,
  });
}
