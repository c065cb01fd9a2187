// What a run is told of the agent's own doings.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import {
  asConversationId,
  asPersonKey,
  asRunId,
  asTenantId,
  type ConversationId,
} from "../../src/domain/ids.ts";
import type { Outgoing } from "../../src/domain/outbox.ts";
import type { Run } from "../../src/domain/run.ts";
import { inOrder, ownLines, workElsewhere } from "../../src/runtime/elsewhere.ts";
import type { Store } from "../../src/store/contract.ts";
import type { NewRun } from "../../src/store/contract-runs.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { aNotice, anAttention, aResult } from "../chat/outgoing.ts";

const tenant = asTenantId("slack-T1");
const ana = asPersonKey("slack:T1:U0ANA");
const bo = asPersonKey("slack:T1:U0BO");
const t0 = 1_790_000_000_000;

let store: Store;
beforeEach(async () => {
  store = await createSqliteStore({ path: ":memory:" });
});
afterEach(() => store.close());

const addressOf = (kind: ConversationAddress["kind"], thread: string): ConversationAddress => ({
  platform: "slack",
  tenant,
  kind,
  channel: kind === "dm" ? "D0ANA" : "C0GENERAL",
  thread,
});

async function conversationAt(kind: ConversationAddress["kind"], thread: string): Promise<ConversationId> {
  const id = asConversationId(`con_${thread}`);
  await store.write((tx) =>
    tx.conversations.ensure(addressOf(kind, thread), { id, workspace: `w-${thread}`, now: t0 }),
  );
  return id;
}

async function aRun(
  kind: ConversationAddress["kind"],
  thread: string,
  more: Partial<NewRun> = {},
): Promise<Run> {
  const conversation = await conversationAt(kind, thread);
  const run = await store.write((tx) =>
    tx.runs.create({
      id: asRunId(`run_${thread}`),
      tenant,
      conversation,
      agent: "deputy",
      subject: ana,
      subjectName: "Ana",
      mode: kind === "dm" ? "assistant" : "employee",
      goal: thread,
      title: `Work ${thread}`,
      budget: { steps: 5 },
      now: t0,
      ...more,
    }),
  );
  if (!run) throw new Error("no run");
  return run;
}

async function ended(run: Run, summary: string): Promise<void> {
  await store.write((tx) => tx.runs.settleIdle(run.id, "done", { code: "done", summary }, t0 + 1));
}

const told = (run: Run, kind: ConversationAddress["kind"]) =>
  store.read(async (tx) => {
    const conversation = await tx.conversations.find(run.conversation);
    if (conversation?.address.kind !== kind) throw new Error("another place");
    return workElsewhere(tx, run, conversation);
  });

describe("runtime/elsewhere", () => {
  it("EL2 ux d.14: a new topic in a direct message knows what was done in the others, and in channels", async () => {
    await ended(await aRun("dm", "1"), "The rent is 900.");
    await ended(await aRun("channel", "2"), "Sales are up.");
    await aRun("dm", "3");

    const lines = await told(await aRun("dm", "4"), "dm");

    expect(lines).toHaveLength(3);
    expect(lines.join("\n")).toContain(
      'Work 1 (done, 2026-09-21, in another direct message): "The rent is 900."',
    );
    expect(lines.join("\n")).toContain("in a channel");
    expect(lines.join("\n")).toContain("Work 3 (queued");
  });

  it("EL2 ux d.9: nothing of a direct message is told in a channel, and nothing of one person to another", async () => {
    await ended(await aRun("dm", "1"), "The rent is 900.");
    await ended(await aRun("channel", "2", { subject: bo }), "Of Bo.");

    expect(await told(await aRun("channel", "3"), "channel")).toEqual([]);
    expect((await told(await aRun("dm", "4"), "dm")).join()).not.toContain("Of Bo.");
    const ofBo = await told(await aRun("dm", "5", { subject: bo }), "dm");
    expect(ofBo.join()).toContain("Of Bo.");
    expect(ofBo.join()).not.toContain("900");
  });

  it("EL1 ux d.10: what the agent said in the thread is part of it, but for cards and results", async () => {
    const before = await aRun("channel", "1");
    await post(before, "p1", aNotice("Half of it is read."), t0 + 1);
    await post(before, "p2", anAttention({ text: "Which quarter?" }), t0 + 2);
    await post(before, "p3", aResult({ text: "All of it." }), t0 + 3);
    await post(before, "late", aNotice("Said after the question."), t0 + 9);
    await ended(before, "All of it.");
    const run = await aRun("channel", "1", { id: asRunId("run_2"), now: t0 + 5 });

    const { lines } = await store.read((tx) => ownLines(tx, run, 30));

    expect(inOrder([{ at: t0, text: "Ana: hello" }, ...lines])).toEqual([
      "Ana: hello",
      'You: "Half of it is read."',
      'You: "Which quarter?"',
    ]);
  });
});

async function post(run: Run, key: string, message: Outgoing, at: number): Promise<void> {
  const { conversation, id } = run;
  await store.write(async (tx) => {
    await tx.outbox.add({ key, tenant, conversation, run: id, op: { op: "post", message } }, at);
    await tx.outbox.claim(at, 0, 10);
    await tx.outbox.sent(key, key, at);
  });
}
