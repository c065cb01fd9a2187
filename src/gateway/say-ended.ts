// What is said of a run that the gateway ended, since nobody works on it: in the transaction that ends it (I13).

import type { Run, TerminalRunState } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import { toldHere } from "../runtime/told-run.ts";
import { resultPost } from "../runtime/voice/result.ts";
import { sayDecided } from "./asked-cards.ts";
import { type CardChange, changeCard } from "./card.ts";
import type { Decision } from "./desk.ts";
import { markSession } from "./marks.ts";

export interface Ended {
  /** Also its code. */
  readonly state: TerminalRunState;
  /** Of the run as it may be told of there (TO2). */
  readonly text: string;
  readonly card: Pick<CardChange, "state" | "line">;
  /** On what it asked: nobody has to answer any more. */
  readonly asks: string;
}

export async function sayEnded(d: Decision, run: Run, waits: readonly Wait[], ended: Ended): Promise<void> {
  const { state, text, card, asks } = ended;
  for (const wait of waits.filter((one) => one.state === "open")) {
    await sayDecided(d, run, wait, asks);
  }
  await changeCard(d, run, { ...card, revision: state });
  await d.say(resultPost(await toldHere(d.tx, run), { outcome: state, text, files: [], now: d.now }));
  await markSession(d, run, "active", state);
  const asked = await d.tx.approvals.count(run.id);
  d.note({ kind: "ended", run, state, code: state, asked });
}
