// What a person has going on in the tenant that they ask in (CM2), for answers that nobody else reads.

import type { ConversationAddress } from "../domain/conversation.ts";
import type { InboundCommand, InboundMessage } from "../domain/inbound.ts";
import { toldTo } from "../runtime/told-run.ts";
import type { OwnRun } from "../runtime/voice/own-work.ts";
import type { Decision } from "./desk.ts";
import type { Heard } from "./heard.ts";

/** More of them are no answer any more. */
export const mostShown = 20;

interface Own extends OwnRun {
  readonly here: boolean;
}

/** Newest first. */
export async function ownRuns(
  d: Decision,
  { event, conversation }: Heard<InboundCommand | InboundMessage>,
): Promise<Own[]> {
  const found: Own[] = [];
  for (const run of await d.tx.runs.activeOf(event.author.key, 100)) {
    const place = run.tenant === conversation.tenant && (await d.tx.conversations.find(run.conversation));
    if (!place) continue;
    const waits = run.state === "waiting" ? await d.tx.waits.readableOf(run.id) : [];
    const open = waits.find((wait) => wait.state === "open");
    const here = isHere(place.address, conversation.address);
    found.push({
      run: toldTo(run, event.author.key),
      open,
      here,
      where: here ? "here" : placeInWords(place.address),
    });
  }
  return found;
}

function isHere(place: ConversationAddress, here: ConversationAddress): boolean {
  return place.platform === here.platform && place.channel === here.channel;
}

function placeInWords({ kind }: ConversationAddress): string {
  return { dm: "in a direct message", group: "in a group", channel: "in another channel" }[kind];
}
