// Who sees a run beyond the chat that it is in: on its page, and in lists of runs. Everything of the console asks here.
//
//   RS1  Whoever may steer it where they can be: what was asked in a direct message or a group is its person's alone.

import type { ConversationAddress } from "../domain/conversation.ts";
import { asRunId, type PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import type { PlacedRun } from "../store/contract-runs.ts";
import type { Tx } from "../store/contract.ts";
import { maySteer, type RulesFor } from "./rules.ts";

export function maySee(
  run: Run,
  reader: Pick<Person, "key" | "kind">,
  place: ConversationAddress,
  rulesFor: RulesFor,
): boolean {
  if (!maySteer(run, reader, rulesFor(place, run.agent))) return false;
  return reader.key === run.subject || place.kind === "channel";
}

export interface SeenRun extends PlacedRun {
  readonly reader: Person;
}

/** Undefined for a run that is not there, and for one that is not theirs to see. */
export async function seenBy(
  tx: Pick<Tx, "runs" | "people" | "conversations">,
  rulesFor: RulesFor,
  reader: PersonKey,
  id: string,
): Promise<SeenRun | undefined> {
  const run = await tx.runs.find(asRunId(id));
  const person = await tx.people.find(reader);
  const place = run && (await tx.conversations.find(run.conversation));
  if (!run || !person || !place || !maySee(run, person, place.address, rulesFor)) return undefined;
  return { run, reader: person, address: place.address };
}
