// Rows for store tests: each factory fills in what the case does not care about.

import type { Bell } from "../../src/domain/bell.ts";
import type { Spent } from "../../src/domain/budget.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import {
  asConversationId,
  asRunId,
  asTenantId,
  asWaitId,
  type ConversationId,
  type PersonKey,
  personKey,
  type RunId,
} from "../../src/domain/ids.ts";
import type { InboundMessage } from "../../src/domain/inbound.ts";
import type { Mail } from "../../src/domain/mailbox.ts";
import type { Notice, Utterance } from "../../src/domain/outbox.ts";
import type { Lease, Run } from "../../src/domain/run.ts";
import type { WaitAsk } from "../../src/domain/wait.ts";
import type { Store, Tx } from "../../src/store/contract.ts";
import type { ClaimLimits, NewRun } from "../../src/store/contract-runs.ts";

export const t0 = 1_790_000_000_000;
export const tenant = asTenantId("slack-T0001");
export const roomy: ClaimLimits = { perPerson: 1_000, perTenant: 1_000 };
export const leaseMs = 15_000;

export function aPerson(user: string): PersonKey {
  return personKey("slack", "T0001", user);
}

export function anAddress(thread: string): ConversationAddress {
  return { platform: "slack", tenant, kind: "channel", channel: "C01", thread };
}

export async function aConversation(store: Store, thread = "1"): Promise<ConversationId> {
  const id = asConversationId(`conv_${thread}`);
  const made = await store.write((tx) =>
    tx.conversations.ensure(anAddress(thread), { id, workspace: `w-${thread}`, now: t0 }),
  );
  return made.id;
}

export function newRun(run: Partial<NewRun> & Pick<NewRun, "id" | "conversation">): NewRun {
  return {
    tenant,
    agent: "deputy",
    subject: aPerson("U1"),
    subjectName: "Ana",
    mode: "employee",
    goal: "Compare the vendors",
    title: "Compare the vendors",
    budget: { steps: 500 },
    now: t0,
    ...run,
  };
}

/** A queued run, alone in its own conversation. */
export async function aRun(store: Store, name: string, run: Partial<NewRun> = {}): Promise<Run> {
  const conversation = run.conversation ?? (await aConversation(store, name));
  const made = await store.write((tx) =>
    tx.runs.create(newRun({ id: asRunId(`run_${name}`), conversation, ...run })),
  );
  if (!made) throw new Error(`Run ${name} was refused.`);
  return made;
}

export interface Working {
  readonly run: Run;
  readonly lease: Lease;
}

/** A run that `owner` works on. */
export async function aWorkingRun(store: Store, name: string, owner = "worker-1"): Promise<Working> {
  const { id } = await aRun(store, name);
  return claimed(store, id, owner);
}

export async function claimed(store: Store, id: RunId, owner = "worker-1", now = t0): Promise<Working> {
  const bell = await bellOf(store, id);
  const result = await store.write((tx) => tx.runs.claim(bell, owner, leaseMs, roomy, now));
  if (result.kind !== "claimed") throw new Error(`Run ${id} could not be claimed: ${result.kind}`);
  return result;
}

export async function bellOf(store: Store, id: RunId): Promise<Bell> {
  return { run: id, segment: (await runOf(store, id)).segment, priority: 0 };
}

export async function runOf(store: Store, id: RunId): Promise<Run> {
  const run = await store.read((tx) => tx.runs.find(id));
  if (!run) throw new Error(`There is no run ${id}.`);
  return run;
}

export function spent(steps: number): Spent {
  return { steps, inputTokens: 10 * steps, outputTokens: steps, usdMicros: 0 };
}

/** What a worker writes for one step: the fence, the intent and the result. */
export async function aStep(tx: Tx, lease: Lease, n: number): Promise<void> {
  await tx.runs.advance(lease, n, n + 1, spent(n + 1));
  await tx.steps.start(lease, { n, kind: "tool", tool: "read_file", callId: `c${n}`, arguments: "{}" }, t0);
  await tx.steps.finish(lease.run, { n, state: "done", result: `{"n":${n}}` }, t0 + 1);
}

export function aMessage(id: string, message: Partial<InboundMessage> = {}): InboundMessage {
  return {
    kind: "message",
    eventId: `Ev${id}`,
    messageId: id,
    conversation: anAddress("1"),
    author: { key: aPerson("U1"), name: "Ana", kind: "member" },
    sentAt: t0,
    text: `message ${id}`,
    mentionsAgent: true,
    mentions: [],
    files: [],
    ...message,
  };
}

export function aMail(run: RunId, text: string): Omit<Mail, "seq" | "consumedBy"> {
  const from = aPerson("U1");
  return { run, kind: "steer", from, fromName: "Ana", text, files: [], messageId: `m-${text}`, sentAt: t0 };
}

export function aNotice(text: string): Notice {
  return { kind: "notice", text, files: [] };
}

export function aPost(key: string, conversation: ConversationId, rest: Partial<Utterance> = {}): Utterance {
  return { key, tenant, conversation, op: { op: "post", message: aNotice(key) }, ...rest };
}

export function anEdit(key: string, target: string, conversation: ConversationId): Utterance {
  return { key, tenant, conversation, op: { op: "edit", target, message: aNotice(key) } };
}

export type NewWait = Parameters<Tx["waits"]["open"]>[0];

export function aQuestion(id: string, run: RunId): NewWait {
  const ask: WaitAsk = { kind: "question", question: "Which region?", options: ["EU", "US"] };
  return { id: asWaitId(id), run, step: 0, kind: "question", ask, asked: aPerson("U1"), now: t0 };
}
