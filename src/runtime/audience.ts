// What a run says where others read than those whose private matters it saw (OUT-4).
//
//   AU1  A direct message is read by its person alone. Anywhere else others read (told-run.ts).
//   AU2  Posts of such a run are kept, not posted: the thread gets a line that says so, and their owner decides
//        (gateway/withheld-actions.ts). Its card shows no words of its own.
//   AU3  What it asks is asked in the direct messages of who is asked; the thread gets a line without its words. Another person's
//        matter is shown to neither. An act is shown, in private, to who decides it: to the owner alone where that is one of them.

import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { Outgoing, Utterance } from "../domain/outbox.ts";
import type { Run } from "../domain/run.ts";
import type { WaitAsk } from "../domain/wait.ts";
import type { Withheld } from "../domain/withheld.ts";
import type { Tx } from "../store/contract.ts";
import { privateWork } from "./voice/approval-card.ts";
import { notice } from "./voice/notice.ts";
import { bareSteps, isForAll, isMatterOf } from "./told-run.ts";
import type { Work } from "./work.ts";

type Seen = Pick<Work, "run" | "conversation">;

/** Into the outbox, or kept for their owner. */
export async function sayWithin(tx: Tx, seen: Seen, say: readonly Utterance[], now: number): Promise<void> {
  for (const utterance of say) {
    const kept = isForAll(seen.run, seen.conversation.address) ? undefined : neutral(seen.run, utterance);
    await tx.outbox.add(kept?.instead ?? utterance, now);
    if (kept?.said === undefined) continue;
    await tx.withheld.add(withheldRow(seen.run, kept.said, now));
    await tx.audit.append(blocked(seen.run, kept.said.key, now));
  }
}

/** AU3. Whom the words of a question may be shown to, where not to all who read the thread. */
export function apartFor<T extends WaitAsk>({ run, conversation }: Seen, ask: T): T {
  if (isForAll(run, conversation.address)) return ask;
  return { ...ask, apart: isMatterOf(run, run.subject) ? "asked" : "nobody" };
}

interface Kept {
  readonly instead: Utterance;
  readonly said?: Withheld["said"];
}

/** Undefined for what shows nothing of what was seen. */
function neutral(run: Run, utterance: Utterance): Kept | undefined {
  const { op, key } = utterance;
  if (op.op === "status") return { instead: { ...utterance, op: { ...op, title: privateWork } } };
  if (op.op !== "post" && op.op !== "edit") return undefined;
  const { message } = op;
  if (message.kind === "attention") return undefined; // AU3: written so
  if (message.kind === "card")
    return { instead: { ...utterance, op: { ...op, message: bareCard(message) } } };
  if (op.op === "edit") return undefined;
  const said = { key, message };
  if (message.kind === "result") {
    return { instead: { ...utterance, op: { ...op, message: bareResult(run, message) } }, said };
  }
  const once = `withheld:${run.id}`; // however much it is, one line says so
  return { instead: { ...utterance, key: once, op: { ...op, message: notice(keptLine) } }, said };
}

const keptLine =
  "I have something to show, and keep it back: it holds private matters, and others read here.";

function bareCard(card: Extract<Outgoing, { kind: "card" }>): Outgoing {
  const { line: _line, ...rest } = card;
  return { ...rest, title: privateWork, steps: bareSteps(card.steps) };
}

function bareResult(run: Run, message: Extract<Outgoing, { kind: "result" }>): Outgoing {
  return {
    ...message,
    title: privateWork,
    text:
      "I'm done. What I found holds private matters, and others read here, so I keep it back. " +
      "Whose matter it is can have it shown privately, or post it here for everybody in this conversation to see.",
    files: [],
    buttons: [
      { action: "result.show_privately", value: run.id, label: "Show me privately", style: "primary" },
      { action: "result.post_here", value: run.id, label: "Post here", style: "plain" },
    ],
  };
}

function withheldRow(
  { id: run, tenant, conversation, taint }: Run,
  said: Withheld["said"],
  createdAt: number,
): Parameters<Tx["withheld"]["add"]>[0] {
  return { id: `held:${said.key}`, tenant, run, conversation, owners: taint.private, said, createdAt };
}

function blocked({ id, tenant, agent, subject }: Run, message: string, time: number): NewAuditEvent {
  return {
    tenant,
    type: "output.blocked",
    time,
    actor: `agent:${agent}`,
    requester: subject,
    run: id,
    data: { message, why: "audience" },
  };
}
