// I1 and the inbox's order.

import { expect, it } from "vitest";
import { asConversationId, asRunId, asTenantId, type ConversationId } from "../../src/domain/ids.ts";
import type { InboundEvent } from "../../src/domain/inbound.ts";
import type { StoreCase } from "./store-contract.ts";
import { aConversation, aMessage, anAddress, aPerson, t0, tenant } from "./store-rows.ts";

export function inboxSuite(current: StoreCase): void {
  const add = (id: string, conversation: ConversationId, event: InboundEvent, now = t0): Promise<boolean> =>
    current.store.write((tx) => tx.inbox.add({ id, tenant, conversation, event, dueAt: now + 1_500, now }));
  const history = (conversation: ConversationId, before: number, limit = 10) =>
    current.store.read((tx) => tx.inbox.history(conversation, before, limit));

  it("I1: keeps an event as it was heard", async () => {
    const conversation = await aConversation(current.store);
    const event = aMessage("1", {
      files: [{ id: "F1", name: "a.csv", sizeBytes: 3, ref: "https://x.example" }],
    });

    expect(await add("in_1", conversation, event)).toBe(true);

    const [row] = await current.store.write((tx) => tx.inbox.unrouted(conversation));
    expect(row).toEqual({ id: "in_1", conversation, event, state: "new", dueAt: t0 + 1_500, receivedAt: t0 });
  });

  it("I1, ING-2: takes the same event id of a tenant once", async () => {
    const conversation = await aConversation(current.store);
    await add("in_1", conversation, aMessage("1"));

    expect(await add("in_2", conversation, aMessage("2", { eventId: "Ev1" }))).toBe(false);
    expect(await current.store.write((tx) => tx.inbox.unrouted(conversation))).toHaveLength(1);
  });

  it("I1: takes the same message of a conversation once, whatever its event id", async () => {
    const conversation = await aConversation(current.store);
    await add("in_1", conversation, aMessage("1"));

    expect(await add("in_2", conversation, aMessage("1", { eventId: "Ev-again" }))).toBe(false);
  });

  it("I1, ING-2: takes one of many concurrent deliveries of a message", async () => {
    const conversation = await aConversation(current.store);

    const added = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        add(`in_${i}`, conversation, aMessage("1", { eventId: `Ev${i % 3}` })),
      ),
    );

    expect(added.filter(Boolean)).toHaveLength(1);
  });

  it("I1: tells tenants, conversations and edits apart", async () => {
    const first = await aConversation(current.store, "1");
    const second = await aConversation(current.store, "2");
    await add("in_1", first, aMessage("1"));
    const edited = {
      kind: "edited",
      eventId: "Ev-edit",
      messageId: "1",
      conversation: anAddress("1"),
      author: aMessage("1").author,
      sentAt: t0,
      text: "better",
    } as const;

    expect(await add("in_2", second, aMessage("1", { eventId: "Ev-second" }))).toBe(true);
    expect(await add("in_3", first, edited)).toBe(true);
    expect(await add("in_4", first, { ...edited, eventId: "Ev-edit-2" })).toBe(true);
    const elsewhere = aMessage("9", { eventId: "Ev1" });
    const other = asTenantId("slack-T0002");
    expect(
      await current.store.write((tx) =>
        tx.inbox.add({
          id: "in_5",
          tenant: other,
          conversation: first,
          event: elsewhere,
          dueAt: t0,
          now: t0,
        }),
      ),
    ).toBe(true);
  });

  it("routes a row once, to a run", async () => {
    const conversation = await aConversation(current.store);
    await add("in_1", conversation, aMessage("1"));
    const route = (run: string) =>
      current.store.write((tx) => tx.inbox.route("in_1", "routed", asRunId(run)));

    const winners = await Promise.all([route("run_a"), route("run_b"), route("run_c")]);

    expect(winners.filter(Boolean)).toHaveLength(1);
    const row = await current.store.read((tx) => tx.inbox.findMessage(conversation, "1"));
    expect(row).toMatchObject({ state: "routed", run: ["run_a", "run_b", "run_c"][winners.indexOf(true)] });
    expect(await current.store.write((tx) => tx.inbox.unrouted(conversation))).toEqual([]);
  });

  it("lists new rows in order of arrival, also within a millisecond", async () => {
    const conversation = await aConversation(current.store);
    for (const id of ["3", "1", "2"]) await add(`in_${id}`, conversation, aMessage(id));

    const rows = await current.store.write((tx) => tx.inbox.unrouted(conversation));

    expect(rows.map(({ id }) => id)).toEqual(["in_3", "in_1", "in_2"]);
  });

  it("tells which conversations have new rows that are due, the longest waiting first", async () => {
    const first = await aConversation(current.store, "1");
    const second = await aConversation(current.store, "2");
    const third = await aConversation(current.store, "3");
    await add("in_2", second, aMessage("2"), t0 + 10);
    await add("in_1", first, aMessage("1"), t0);
    await add("in_3", third, aMessage("3"), t0 + 5_000);
    const due = (now: number, limit = 10) =>
      current.store.read((tx) => tx.inbox.dueConversations(now, limit));

    expect(await due(t0 + 1_499)).toEqual([]);
    expect(await due(t0 + 1_510)).toEqual([first, second]);
    expect(await due(t0 + 1_510, 1)).toEqual([first]);
    const left = (platform: string) =>
      current.store.read((tx) => tx.inbox.dueConversations(t0 + 1_510, 10, [platform]));
    expect(await left("slack")).toEqual([]);
    expect(await left("local")).toEqual([first, second]);
    await current.store.write((tx) => tx.inbox.route("in_1", "noted"));
    expect(await due(t0 + 1_510)).toEqual([second]);
  });

  it("knows when the oldest event that is not routed was received", async () => {
    const oldest = () => current.store.read((tx) => tx.inbox.oldestNew());
    const conversation = await aConversation(current.store);
    expect(await oldest()).toBeUndefined();
    await add("in_1", conversation, aMessage("1"), t0);
    await add("in_2", conversation, aMessage("2"), t0 + 5);

    expect(await oldest()).toBe(t0);
    await current.store.write((tx) => tx.inbox.route("in_1", "noted"));
    expect(await oldest()).toBe(t0 + 5);
  });

  it("gives the newest messages before a time, oldest first, and no clicks", async () => {
    const conversation = await aConversation(current.store);
    for (const [i, id] of ["1", "2", "3", "4"].entries())
      await add(`in_${id}`, conversation, aMessage(id), t0 + i);
    const { kind: _, messageId: __, ...heard } = aMessage("5");
    const click = {
      kind: "action",
      eventId: "Ev5",
      conversation: heard.conversation,
      author: heard.author,
      sentAt: t0,
      action: "run.stop",
      value: "x",
    } as const;
    await add("in_5", conversation, click, t0);

    const rows = await history(conversation, t0 + 3, 2);

    expect(rows.map(({ id }) => id)).toEqual(["in_2", "in_3"]);
  });

  it("knows who has addressed the agent: by mention, or in a DM", async () => {
    const channel = await aConversation(current.store);
    const author = (user: string) => ({ key: aPerson(user), name: user, kind: "member" as const });
    await add("in_1", channel, aMessage("1", { author: author("U1") }));
    await add("in_2", channel, aMessage("2", { author: author("U1") }));
    await add("in_3", channel, aMessage("3", { author: author("U2"), mentionsAgent: false }));
    const address = { ...anAddress("dm"), kind: "dm" as const };
    const dm = await current.store.write((tx) =>
      tx.conversations.ensure(address, { id: asConversationId("conv_dm"), workspace: "w", now: t0 }),
    );
    await add(
      "in_4",
      dm.id,
      aMessage("4", { author: author("U3"), mentionsAgent: false, conversation: address }),
    );
    const followers = (id: ConversationId) => current.store.read((tx) => tx.inbox.followers(id));

    expect(await followers(channel)).toEqual([aPerson("U1")]);
    expect(await followers(dm.id)).toEqual([aPerson("U3")]);
  });

  it("rewrites an edited message, and empties a deleted one with its files", async () => {
    const conversation = await aConversation(current.store);
    const files = [{ id: "F1", name: "a.csv", sizeBytes: 3, ref: "r" }];
    await add("in_1", conversation, aMessage("1", { files }));
    const rewrite = (id: string, text?: string) =>
      current.store.write((tx) => tx.inbox.rewrite(conversation, id, text));
    const stored = async () =>
      (await current.store.read((tx) => tx.inbox.findMessage(conversation, "1")))?.event;

    expect(await rewrite("1", "better")).toBe(true);
    expect(await stored()).toMatchObject({ text: "better", files });
    expect(await rewrite("1")).toBe(true);
    expect(await stored()).toMatchObject({ text: "", files: [] });
    expect(await rewrite("nobody's", "x")).toBe(false);
  });

  it("prunes what is old and done with, never what is new", async () => {
    const conversation = await aConversation(current.store);
    for (const id of ["1", "2", "3"]) await add(`in_${id}`, conversation, aMessage(id), t0);
    await add("in_4", conversation, aMessage("4"), t0 + 10);
    await current.store.write(async (tx) => {
      await tx.inbox.route("in_1", "routed");
      await tx.inbox.route("in_2", "noted");
      await tx.inbox.route("in_4", "noted");
    });

    expect(await current.store.write((tx) => tx.inbox.prune(t0 + 10, t0 + 10))).toBe(2);
    const left = await history(conversation, t0 + 100);
    expect(left.map(({ id }) => id)).toEqual(["in_3", "in_4"]);
  });

  it("IN3: prunes all that is old where nothing came since, also behind a row whose time is yet to come", async () => {
    const conversation = await aConversation(current.store);
    for (const [id, at] of [
      ["1", t0],
      ["2", t0 + 1_000_000],
      ["3", t0],
    ] as const) {
      await add(`in_${id}`, conversation, aMessage(id), at);
      await current.store.write((tx) => tx.inbox.route(`in_${id}`, "noted"));
    }

    expect(await current.store.write((tx) => tx.inbox.prune(t0 + 10, t0 + 100))).toBe(2);
    const left = await history(conversation, t0 + 2_000_000);
    expect(left.map(({ id }) => id)).toEqual(["in_2"]);
  });
}
