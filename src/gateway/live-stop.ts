// A stop that a person pressed on words that were being shown to them (ux c.8, T-M8).
//
// Teams calls it a stop of the message that is being written, and tells it in its answer to the next piece. Here it is a stop of the
// run: whoever presses Stop must not find that something was done afterwards. What is lost is little, since "Go on" takes it up where it
// ended; to go on against somebody's stop could not be made good. Who pressed it is beyond doubt: it comes from the platform, which
// shows such words to one person, in their own direct messages, and that person is whose run it is.

import type { RunId } from "../domain/ids.ts";
import type { Desk } from "./desk.ts";
import { mayStop, type RulesFor } from "./rules.ts";
import { stopRun } from "./stop-run.ts";

export async function stopShown(desk: Desk, rulesFor: RulesFor, id: RunId): Promise<void> {
  await desk.decide(async (d) => {
    const run = await d.tx.runs.find(id);
    const place = run && (await d.tx.conversations.find(run.conversation));
    const person = run && (await d.tx.people.find(run.subject));
    if (!run || !person || place?.address.kind !== "dm") return;
    if (mayStop(run, person.key, rulesFor(place.address, run.agent))) await stopRun(d, run, person);
  });
}
