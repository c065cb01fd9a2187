// The cards of a wait, wherever they were posted: in the thread, and in the direct messages of who is asked in private (APR-6).

import type { Approval } from "../domain/approval.ts";
import type { Attention, Utterance } from "../domain/outbox.ts";
import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import { askDecided, askKey, attention, cardsAside } from "../runtime/voice/attention.ts";
import type { Decision } from "./desk.ts";

/** Every copy says how it ended, and has no buttons any more. */
export async function sayDecided(d: Decision, run: Run, wait: Wait, line: string): Promise<void> {
  const isPrivate = wait.ask.kind === "question" && wait.ask.apart !== undefined;
  await d.say(askDecided(run, wait.id, wait.ask, isPrivate ? "Answered." : line));
  for (const copy of await copies(d, run, wait, "decided")) {
    const { footer: _footer, freeText: _field, ...message } = copy.message;
    await d.say({
      ...copy.at,
      op: { op: "edit", target: copy.target, message: { ...message, options: [], decided: line } },
    });
  }
}

/** How far a quorum is: who has approved. The card in the thread waits for `next` from then on. */
export async function sayVotes(
  d: Decision,
  { run, wait }: { readonly run: Run; readonly wait: Wait },
  all: readonly Approval[],
  next: Person | undefined,
): Promise<void> {
  const names = [...new Set(all.flatMap(({ votes }) => votes.map(({ byName }) => byName)))];
  const count = all.reduce((sum, { votes }) => sum + votes.length, 0);
  const line = `Approved so far by ${names.join(", ")}.`;
  const due = wait.dueAt === undefined ? undefined : { at: wait.dueAt };
  const first = attention(run, wait.id, wait.ask, due);
  const isHeard = all.some(({ votes }) => votes.some(({ by }) => by === first.mention));
  const shown = isHeard && next ? { ...first, mention: next.key, mentionName: next.name } : first;
  const target = askKey(wait.id);
  await d.say({
    key: `${target}:votes:${count}`,
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: { op: "edit", target, message: { ...shown, footer: `${line} ${shown.footer ?? ""}`.trim() } },
  });
  for (const copy of await copies(d, run, wait, `votes:${count}`)) {
    const message = { ...copy.message, footer: `${line} ${copy.message.footer ?? ""}`.trim() };
    await d.say({ ...copy.at, op: { op: "edit", target: copy.target, message } });
  }
}

interface Copy {
  readonly at: Omit<Utterance, "op">;
  readonly target: string;
  readonly message: Attention;
}

async function copies(d: Decision, run: Run, { id, ask, dueAt }: Wait, revision: string): Promise<Copy[]> {
  const due = dueAt === undefined ? undefined : { at: dueAt };
  const found = await Promise.all(
    cardsAside(run, id, ask, due).map(async ({ utterance: { key: target, op } }): Promise<Copy[]> => {
      const entry = await d.tx.outbox.find(target);
      if (!entry) return [];
      const at = { key: `${target}:${revision}`, tenant: run.tenant, conversation: entry.conversation };
      return [{ at, target, message: op.message }];
    }),
  );
  return found.flat();
}
