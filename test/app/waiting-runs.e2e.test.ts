// Ten thousand runs that wait for people, in a product that is running.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localPlatformName, localTenant } from "../../src/chat/local/cast.ts";
import { asConversationId, asPersonKey, asRunId, asWaitId } from "../../src/domain/ids.ts";
import type { Store, Tx } from "../../src/store/contract.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

const count = 10_000;
const perTransaction = 500;

let product: Product;
beforeAll(async () => {
  product = await startProduct();
  await parkMany(product.app.edges.store);
}, 180_000);
afterAll(() => product.stop());

async function parkMany(store: Store): Promise<void> {
  for (let from = 0; from < count; from += perTransaction) {
    await store.write(async (tx) => {
      for (let n = from; n < from + perTransaction; n += 1) await park(tx, n);
    });
  }
}

/** A run that asked its person something, as rows. */
async function park(tx: Tx, n: number): Promise<void> {
  const now = 1_000_000;
  const address = {
    platform: localPlatformName,
    tenant: localTenant,
    kind: "channel",
    channel: "sales",
  } as const;
  const fresh = { id: asConversationId(`conv_${n}`), workspace: `conv-${n}`, now };
  const conversation = await tx.conversations.ensure({ ...address, thread: `thread_${n}` }, fresh);
  const run = asRunId(`run_${n}`);
  const subject = asPersonKey(`local:local:person${n % 100}`);
  const about = {
    id: run,
    tenant: localTenant,
    conversation: conversation.id,
    agent: "deputy",
    subject,
    now,
  };
  const words = { subjectName: "Somebody", goal: "Wait", title: "Wait", mode: "employee" } as const;
  await tx.runs.create({ ...about, ...words, budget: { steps: 500 } });
  const shares = { perPerson: count, perTenant: count };
  const claim = await tx.runs.claim({ run, segment: 0 }, "nobody", 60_000, shares, now);
  if (claim.kind !== "claimed") throw new Error(`Run ${n} could not be claimed: ${claim.kind}.`);
  await tx.runs.advance(claim.lease, 0, 1, claim.run.spent);
  await tx.steps.start(
    claim.lease,
    { n: 0, kind: "tool", tool: "ask_person", callId: "c", arguments: "{}" },
    now,
  );
  const ask = { kind: "question", question: "Which?", options: ["This", "That"] } as const;
  const wait = { id: asWaitId(`wait_${n}`), run, step: 0, kind: "question", asked: subject, now } as const;
  await tx.waits.open({ ...wait, ask: { ...ask, options: [...ask.options] } });
  await tx.runs.park(claim.lease, undefined);
}

describe("app: ten thousand waiting runs", () => {
  it("I6: hold no place in the queue, no lease and no slot; a click wakes the one that it belongs to", async () => {
    const { people, model, app } = product;
    const { store, queue } = app.edges;
    const question = uses(["ask_person", { question: "Which?", options: ["This", "That"] }]);
    for (const mark of ["first", "second", "third"])
      model.replyTo(mark, question, finishes(`The ${mark} went on.`));
    const threads = await Promise.all(
      ["first", "second", "third"].map((mark) => people.ana.asks(`@deputy ask me about the ${mark}`)),
    );
    const questions = await Promise.all(threads.map((thread) => thread.post("attention")));
    await expect.poll(() => queue.depth()).toEqual({ waiting: 0, active: 0 });
    expect(await store.read((tx) => tx.runs.counts())).toEqual({ waiting: count + 3 });

    const [first, second, third] = threads;
    if (!first || !second || !third || !questions[1]) throw new Error("no threads");
    await people.ana.clicks(questions[1], "That");
    const result = await second.post("result");

    expect(result.body.text).toBe("The second went on.");
    expect([...first.posts("result"), ...third.posts("result")]).toEqual([]);
    await expect.poll(() => queue.depth()).toEqual({ waiting: 0, active: 0 });
    expect(await store.read((tx) => tx.runs.counts())).toEqual({ waiting: count + 2, done: 1 });
    expect(await store.read((tx) => tx.runs.leaseOwners(Date.now()))).toEqual([]);
    const untouched = await store.read((tx) => tx.runs.list({ states: ["waiting"], limit: count + 10 }));
    expect(new Set(untouched.map((run) => run.epoch))).toEqual(new Set([1]));
  });
});
