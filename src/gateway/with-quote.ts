// What a message belongs to, said in it where messages of several people stand one under the other (ux T-M9): a group chat that has no
// threads.
//
//   WQ1  A result quotes the request in the words of who asked; what else comes of a run has its short title.
//   WQ2  Both are as everybody there may read of the run (OUT-4), and hold no secret (OUT-5).

import { type ConversationAddress, isFlat } from "../domain/conversation.ts";
import type { OutboxEntry, Outgoing } from "../domain/outbox.ts";
import type { World } from "../runtime/deps.ts";
import { toldIn } from "../runtime/told-run.ts";
import { titleOfRun } from "../runtime/voice/own-work.ts";
import type { Store } from "../store/contract.ts";

export async function withQuote(
  { store, world }: { readonly store: Pick<Store, "read">; readonly world: Pick<World, "redactor"> },
  { entry, at }: { readonly entry: Pick<OutboxEntry, "run">; readonly at: ConversationAddress },
  message: Outgoing,
): Promise<Outgoing> {
  const { run: id } = entry;
  if (message.kind !== "result" && message.kind !== "notice") return message;
  if (id === undefined || !isFlat(at)) return message;
  const run = await store.read((tx) => tx.runs.find(id));
  if (!run) return message;
  const told = toldIn(run, at);
  const isAsked = message.kind === "result" && run.schedule === undefined;
  const quote = isAsked ? `${run.subjectName}: ${told.title}` : titleOfRun(told);
  return { ...message, quote: world.redactor?.scrub(quote) ?? quote };
}
