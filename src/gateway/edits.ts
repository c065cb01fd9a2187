// Messages that people change or take back after they were sent.
//
//   ED1  What has not been routed is routed as it is now; a message that was taken back before is not asked.
//   ED2  What a run has heard it hears again, with the same authority as the first time (I10): what is quoted in it stays so (PW2).

import type { InboundEvent, InboundMessage } from "../domain/inbound.ts";
import { othersWords } from "../domain/passed-on.ts";
import type { InboxRow } from "../store/contract.ts";
import type { Decision } from "./desk.ts";
import type { Heard } from "./heard.ts";
import { overhear, takeIn } from "./take-in.ts";

type Edit = Extract<InboundEvent, { kind: "edited" }>;
type Deletion = Extract<InboundEvent, { kind: "deleted" }>;

export async function rewriteMessage(d: Decision, heard: Heard<Edit>): Promise<void> {
  const { event, conversation } = heard;
  const original = await d.tx.inbox.findMessage(conversation.id, event.messageId);
  if (original?.event.kind !== "message" || original.event.text === event.text) return;
  if (original.event.author.key !== event.author.key) return;
  await d.tx.inbox.rewrite(conversation.id, event.messageId, event.text);
  const mark = othersWords(event.text) === "" ? "(edited) " : "(edited)\n";
  await passOn(d, heard, original, { ...original.event, text: `${mark}${event.text}`, files: [] });
}

export async function unsayMessage(d: Decision, heard: Heard<Deletion>): Promise<void> {
  const { event, conversation } = heard;
  const original = await d.tx.inbox.findMessage(conversation.id, event.messageId);
  if (original?.event.kind !== "message") return;
  await d.tx.inbox.rewrite(conversation.id, event.messageId, undefined);
  if (original.state === "new") {
    await d.tx.inbox.route(original.id, "noted");
    return;
  }
  const sent = new Date(original.event.sentAt).toISOString().slice(0, 16).replace("T", " ");
  const text = `(took back the message of ${sent} UTC; it no longer counts)`;
  await passOn(d, heard, original, { ...original.event, text, files: [] });
}

/** Only where the run that first heard it is still there. */
async function passOn(d: Decision, heard: Heard, original: InboxRow, message: InboundMessage): Promise<void> {
  const run = await d.tx.runs.active(heard.conversation.id);
  if (!run || original.state === "new") return;
  const said = { row: heard.row, event: message, conversation: heard.conversation, rules: heard.rules };
  if (original.state === "noted") {
    if (original.receivedAt >= run.createdAt) await overhear(d, run, said);
    return;
  }
  if (original.run === run.id) await takeIn(d, run, [said], false);
}
