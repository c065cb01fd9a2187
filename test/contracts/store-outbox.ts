// I2 and the order in which things are said (OB1 to OB4 of repositories/outbox.ts).

import { expect, it } from "vitest";
import type { ConversationId } from "../../src/domain/ids.ts";
import type { OutboxEntry, Utterance } from "../../src/domain/outbox.ts";
import type { StoreCase } from "./store-contract.ts";
import { aConversation, aNotice, anEdit, aPerson, aPost, t0, tenant } from "./store-rows.ts";

const keys = (entries: readonly OutboxEntry[]): string[] => entries.map(({ key }) => key);

export function outboxSuite(current: StoreCase): void {
  const add = (utterance: Utterance, now = t0) => current.store.write((tx) => tx.outbox.add(utterance, now));
  const claim = (now = t0, staleBefore = 0, limit = 100) =>
    current.store.write((tx) => tx.outbox.claim(now, staleBefore, limit));
  const sent = (key: string, id = `id-${key}`) =>
    current.store.write((tx) => tx.outbox.sent(key, id, t0 + 1));
  const retry = (key: string, dueAt: number) => current.store.write((tx) => tx.outbox.retry(key, dueAt));
  const find = (key: string) => current.store.read((tx) => tx.outbox.find(key));
  const nextDue = () => current.store.read((tx) => tx.outbox.nextDue());

  keySuite(current);

  it("OB1: hands out the posts of a conversation one after the other", async () => {
    const conversation = await aConversation(current.store);
    for (const key of ["a", "b", "c"]) await add(aPost(key, conversation));

    expect(keys(await claim())).toEqual(["a"]);
    expect(await claim()).toEqual([]);
    await sent("a");
    expect(keys(await claim())).toEqual(["b"]);
    await current.store.write((tx) => tx.outbox.drop("b"));
    expect(keys(await claim())).toEqual(["c"]);
  });

  it("OB1: lets a post that is put off hold back the posts behind it", async () => {
    const conversation = await aConversation(current.store);
    await add(aPost("a", conversation));
    await add(aPost("b", conversation));
    await claim();
    await retry("a", t0 + 5_000);

    expect(await claim(t0 + 4_999)).toEqual([]);
    expect(keys(await claim(t0 + 5_000))).toEqual(["a"]);
  });

  it("leaves what is to be said on another process's platform", async () => {
    const conversation = await aConversation(current.store);
    await add(aPost("a", conversation));
    const claimBut = (...left: readonly string[]) =>
      current.store.write((tx) => tx.outbox.claim(t0, 0, 100, left));

    expect(await claimBut("local", "slack")).toEqual([]);
    expect(keys(await claimBut("local"))).toEqual(["a"]);
  });

  it("keeps conversations apart: none waits for another", async () => {
    const first = await aConversation(current.store, "1");
    const second = await aConversation(current.store, "2");
    for (const key of ["a1", "a2"]) await add(aPost(key, first));
    for (const key of ["b1", "b2"]) await add(aPost(key, second));

    expect(keys(await claim())).toEqual(["a1", "b1"]);
  });

  it("takes no more than it may, the oldest first", async () => {
    for (const thread of ["1", "2", "3"])
      await add(aPost(thread, await aConversation(current.store, thread)));

    expect(keys(await claim(t0, 0, 2))).toEqual(["1", "2"]);
    expect(keys(await claim(t0, 0, 2))).toEqual(["3"]);
  });

  it("OB2: sends a result while an edit of the card is put off", async () => {
    const conversation = await aConversation(current.store);
    await add(aPost("card", conversation));
    await claim();
    await sent("card");
    await add(anEdit("edit-1", "card", conversation));
    await claim();
    await retry("edit-1", t0 + 60_000);
    await add(aPost("result", conversation));

    expect(keys(await claim(t0 + 1))).toEqual(["result"]);
  });

  it("OB2: holds an edit back until the message that it edits is out", async () => {
    const conversation = await aConversation(current.store);
    await add(aPost("card", conversation));
    await add(anEdit("edit-1", "card", conversation));

    expect(keys(await claim())).toEqual(["card"]);
    expect(await claim()).toEqual([]);
    await sent("card");
    expect(keys(await claim())).toEqual(["edit-1"]);
  });

  it("OB2: lets whispers, reactions and status marks go beside the posts", async () => {
    const conversation = await aConversation(current.store);
    const beside = (key: string, op: Utterance["op"]): Utterance => ({ key, tenant, conversation, op });
    await add(aPost("a", conversation));
    await claim();
    await retry("a", t0 + 60_000);
    const whisper = { op: "whisper", message: aNotice("psst") } as const;
    await add(beside("w1", { ...whisper, to: aPerson("U1") }));
    await add(beside("w2", { ...whisper, to: aPerson("U1") }));
    await add(beside("w3", { ...whisper, to: aPerson("U2") }));
    await add(beside("r1", { op: "react", messageId: "m1", emoji: "eyes" }));
    await add(beside("r2", { op: "react", messageId: "m2", emoji: "eyes" }));
    await add(beside("s1", { op: "status", status: "processing" }));
    await add(beside("s2", { op: "status", status: "active" }));

    expect(keys(await claim())).toEqual(["w1", "w3", "r1", "r2", "s1"]);
    await sent("s1");
    await sent("w1");
    expect(keys(await claim())).toEqual(["w2", "s2"]);
  });

  it("OB4: drops the edits that a new one makes pointless, unless they are on their way", async () => {
    const conversation = await aConversation(current.store);
    await add(aPost("card", conversation));
    await claim();
    await sent("card");
    await add(anEdit("e1", "card", conversation));
    await claim();
    await add(anEdit("e2", "card", conversation));
    await add(anEdit("other", "another-card", conversation));
    await add(anEdit("e3", "card", conversation));

    expect((await find("e1"))?.state).toBe("sending");
    expect((await find("e2"))?.state).toBe("dropped");
    expect((await find("other"))?.state).toBe("due");
    const latest = await current.store.read((tx) => tx.outbox.latestEdit(conversation, "card"));
    expect(latest?.key).toBe("e3");
    await sent("e1");
    expect(keys(await claim())).toEqual(["other", "e3"]);
  });

  it("drops older edits of a message on request, and counts them", async () => {
    const conversation = await aConversation(current.store);
    await add(aPost("card", conversation));
    await add(anEdit("e1", "card", conversation));
    await add(aPost("later", conversation));
    const supersede = (target: string, key: string) =>
      current.store.write((tx) => tx.outbox.supersedeEdits(target, key));

    expect(await supersede("card", "card")).toBe(0);
    expect(await supersede("other", "later")).toBe(0);
    expect(await supersede("card", "nothing")).toBe(0);
    expect(await supersede("card", "later")).toBe(1);
    expect((await find("e1"))?.state).toBe("dropped");
  });

  it("OB3: gives each entry to one of many senders", async () => {
    const conversations = await Promise.all(
      ["1", "2", "3", "4"].map((thread) => aConversation(current.store, thread)),
    );
    for (const [i, conversation] of conversations.entries()) await add(aPost(`k${i}`, conversation));

    const taken = await Promise.all([claim(), claim(), claim()]);

    expect(keys(taken.flat()).toSorted()).toEqual(["k0", "k1", "k2", "k3"]);
  });

  it("OB3: hands out again what a dead sender left, with one attempt more", async () => {
    await add(aPost("a", await aConversation(current.store)));
    const [first] = await claim(t0);

    expect(await claim(t0 + 30_000, t0)).toEqual([]);
    const [second] = await claim(t0 + 30_000, t0 + 1);

    expect([first?.attempts, second?.attempts]).toEqual([1, 2]);
  });

  it("OB3: hands out at once what a sender left that is known to be dead, and nothing of others", async () => {
    const { store } = current;
    for (const key of ["a", "b", "c"]) await add(aPost(key, await aConversation(store, key)));
    const claimAs = (sender: string, limit: number) =>
      store.write((tx) => tx.outbox.claim(t0, 1, limit, [], sender));
    const [first] = await claimAs("dead", 1);
    await claimAs("alive", 1);
    await store.write((tx) => tx.outbox.claim(t0, 1, 1)); // of an earlier release: nobody knows who

    expect((await store.read((tx) => tx.outbox.senders())).toSorted()).toEqual(["alive", "dead"]);
    expect(await store.write((tx) => tx.outbox.release("dead"))).toBe(1);
    const again = await claimAs("alive", 100);

    expect(again).toEqual([{ ...first, attempts: 2 }]);
    expect(await store.read((tx) => tx.outbox.senders())).toEqual(["alive"]);
  });

  it("tells what was posted before a time: the newest, in order, without what is not said yet", async () => {
    const conversation = await aConversation(current.store);
    const elsewhere = await aConversation(current.store, "2");
    for (const [n, key] of ["a", "b", "c", "late"].entries()) {
      await add(aPost(key, conversation), t0 + n);
      await claim(t0 + n);
      await sent(key);
    }
    await add(anEdit("edit", "a", conversation), t0);
    await add(aPost("unsaid", conversation), t0);
    await add(aPost("other", elsewhere), t0);

    const posted = (limit: number) =>
      current.store.read((tx) => tx.outbox.posted(conversation, t0 + 3, limit));
    expect(keys(await posted(10))).toEqual(["a", "b", "c"]);
    expect(keys(await posted(2))).toEqual(["b", "c"]);
  });

  it("says when the next entry can go, and leaves out what is held back", async () => {
    const conversation = await aConversation(current.store);
    expect(await nextDue()).toBeUndefined();
    await add(aPost("a", conversation, { dueAt: t0 + 500 }));
    await add(aPost("b", conversation));

    expect(await nextDue()).toBe(t0 + 500);
    expect(await current.store.read((tx) => tx.outbox.countDue(t0))).toBe(1);
    await claim(t0 + 500);
    expect(await nextDue()).toBeUndefined();
    await sent("a");
    expect(await nextDue()).toBe(t0);
  });
}

function keySuite(current: StoreCase): void {
  const add = (conversation: ConversationId, key: string) =>
    current.store.write((tx) => tx.outbox.add(aPost(key, conversation), t0));

  it("I2: takes the same key once, and keeps what it said first", async () => {
    const conversation = await aConversation(current.store);
    const other = aPost("a", conversation, { op: { op: "post", message: aNotice("other words") } });

    expect(await add(conversation, "a")).toBe(true);
    expect(await current.store.write((tx) => tx.outbox.add(other, t0))).toBe(false);
    expect(await current.store.read((tx) => tx.outbox.find("a"))).toEqual({
      ...aPost("a", conversation),
      seq: expect.any(Number),
      state: "due",
      attempts: 0,
      dueAt: t0,
      createdAt: t0,
    });
  });

  it("I2: takes a key once that many say at once", async () => {
    const conversation = await aConversation(current.store);

    const added = await Promise.all(Array.from({ length: 8 }, () => add(conversation, "a")));

    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await current.store.read((tx) => tx.outbox.list(conversation, 10))).toHaveLength(1);
  });

  it("keeps the platform's id of what was sent, and changes nothing that is sent", async () => {
    const conversation = await aConversation(current.store);
    await add(conversation, "a");

    await current.store.write(async (tx) => {
      await tx.outbox.sent("a", "too early", t0);
      await tx.outbox.claim(t0, 0, 1);
      await tx.outbox.sent("a", "ts-1", t0 + 1);
      await tx.outbox.sent("a", "ts-2", t0 + 2);
      await tx.outbox.retry("a", t0 + 9);
      await tx.outbox.drop("a");
    });

    expect(await current.store.read((tx) => tx.outbox.find("a"))).toMatchObject({
      state: "sent",
      providerId: "ts-1",
      attempts: 1,
    });
  });

  it("lists the entries of a conversation in the order they were added", async () => {
    const conversation = await aConversation(current.store);
    for (const key of ["c", "a", "b"]) await add(conversation, key);
    await add(await aConversation(current.store, "2"), "elsewhere");

    expect(keys(await current.store.read((tx) => tx.outbox.list(conversation, 10)))).toEqual(["c", "a", "b"]);
    expect(keys(await current.store.read((tx) => tx.outbox.list(conversation, 2)))).toEqual(["c", "a"]);
  });

  it("replaces what an entry says", async () => {
    const conversation = await aConversation(current.store);
    await add(conversation, "a");
    const op = { op: "post", message: aNotice("in other words") } as const;

    await current.store.write((tx) => tx.outbox.replaceOp("a", op));

    expect((await current.store.read((tx) => tx.outbox.find("a")))?.op).toEqual(op);
  });
}
