// The run card, where the gateway changes it: steering that was noted, a wait that ended, a stop.

import type { CardState } from "../domain/outbox.ts";
import type { Run } from "../domain/run.ts";
import { toldHere } from "../runtime/told-run.ts";
import { cardEdit, cardKey, cardStateOf } from "../runtime/voice/run-card.ts";
import type { Decision } from "./desk.ts";

const longestNote = 120;
const mostNotes = 3;

export interface CardChange {
  /** One revision is one edit. */
  readonly revision: string;
  readonly state?: CardState;
  readonly line?: string;
}

/** Edits the card if it was posted; a run that has shown no card does not get one for this. */
export async function changeCard(d: Decision, run: Run, change: CardChange): Promise<void> {
  if (!(await d.tx.outbox.find(cardKey(run.id)))) return;
  const mail = await d.tx.mailbox.list(run.id, run.contextBase);
  const noted = mail
    .filter((item) => item.kind === "steer")
    .slice(-mostNotes)
    .map((item) => (item.text.length > longestNote ? `${item.text.slice(0, longestNote - 1)}…` : item.text));
  const look = {
    state: change.state ?? cardStateOf(run.state),
    ...(change.line === undefined ? {} : { line: change.line }),
    noted,
  };
  await d.say(cardEdit(await toldHere(d.tx, run), look, change.revision));
}
