// Conversations by address, people by key.

import { expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asConversationId, asTenantId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";
import type { StoreCase } from "./store-contract.ts";
import { aConversation, anAddress, aPerson, t0, tenant } from "./store-rows.ts";

export function conversationSuite(current: StoreCase): void {
  it("makes a conversation at the first sight of its address, and finds it at the next", async () => {
    const { store } = current;
    const fresh = { id: asConversationId("conv_a"), workspace: "w-a", now: t0 };

    const first = await store.write((tx) => tx.conversations.ensure(anAddress("1"), fresh));
    const second = await store.write((tx) =>
      tx.conversations.ensure(anAddress("1"), { ...fresh, id: asConversationId("conv_b"), now: t0 + 1 }),
    );

    const expected = {
      id: "conv_a",
      tenant,
      address: anAddress("1"),
      workspace: "w-a",
      muted: false,
      createdAt: t0,
    };
    expect(first).toEqual(expected);
    expect(second).toEqual(expected);
  });

  it("gives everybody who asks at once the same conversation", async () => {
    const { store } = current;

    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        store.write((tx) =>
          tx.conversations.ensure(anAddress("1"), {
            id: asConversationId(`conv_${i}`),
            workspace: "w",
            now: t0,
          }),
        ),
      ),
    );

    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  it("tells tenants apart that use the same channel and thread", async () => {
    const { store } = current;
    await aConversation(store, "1");
    const elsewhere = { ...anAddress("1"), tenant: asTenantId("slack-T0002") };

    const other = await store.write((tx) =>
      tx.conversations.ensure(elsewhere, { id: asConversationId("conv_other"), workspace: "w", now: t0 }),
    );

    expect(other.id).toBe("conv_other");
    expect(await store.read((tx) => tx.conversations.list())).toHaveLength(2);
  });

  it("remembers whether a conversation is muted", async () => {
    const { store } = current;
    const id = await aConversation(store);

    await store.write((tx) => tx.conversations.setMuted(id, true));
    expect((await store.read((tx) => tx.conversations.find(id)))?.muted).toBe(true);

    await store.write((tx) => tx.conversations.setMuted(id, false));
    expect((await store.read((tx) => tx.conversations.find(id)))?.muted).toBe(false);
  });

  it("remembers whether a channel is muted, for all of its threads and for no other", async () => {
    const { store } = current;
    const mute = (muted: boolean) =>
      store.write((tx) => tx.conversations.setChannelMuted(anAddress("1"), muted));
    const isMuted = (other: Partial<ConversationAddress>) =>
      store.read((tx) => tx.conversations.isChannelMuted({ ...anAddress("2"), ...other }));

    expect(await isMuted({})).toBe(false);
    await mute(true);
    await mute(true);
    expect(await isMuted({})).toBe(true);
    expect(await isMuted({ channel: "C02" })).toBe(false);
    expect(await isMuted({ tenant: asTenantId("slack-T0002") })).toBe(false);
    expect(await isMuted({ platform: "teams" })).toBe(false);

    await mute(false);
    await mute(false);
    expect(await isMuted({})).toBe(false);
  });

  it("finds no conversation under an unknown id", async () => {
    expect(
      await current.store.read((tx) => tx.conversations.find(asConversationId("conv_none"))),
    ).toBeUndefined();
  });

  it("remembers a person as they were last described", async () => {
    const { store } = current;
    const key = aPerson("U1");
    await store.write((tx) =>
      tx.people.see(
        { key, name: "Ana", kind: "member", timeZone: "Europe/Prague", locale: "cs-CZ" },
        tenant,
        t0,
      ),
    );
    expect(await store.read((tx) => tx.people.find(key))).toMatchObject({
      timeZone: "Europe/Prague",
      locale: "cs-CZ",
    });

    await store.write((tx) => tx.people.see({ key, name: "Ana B", kind: "guest" }, tenant, t0 + 1));

    expect(await store.read((tx) => tx.people.find(key))).toEqual({ key, name: "Ana B", kind: "guest" });
    expect(await store.read((tx) => tx.people.find(aPerson("U2")))).toBeUndefined();
  });

  it("lists people, whoever was described last first, and no more than are asked for", async () => {
    const { store } = current;
    const seen = (user: string, at: number) =>
      store.write((tx) => tx.people.see({ key: aPerson(user), name: user, kind: "member" }, tenant, at));
    await seen("U1", t0);
    await seen("U2", t0 + 2);
    await seen("U3", t0 + 1);

    const listed = await store.read((tx) => tx.people.list(2));

    expect(listed).toEqual([
      { key: aPerson("U2"), name: "U2", kind: "member", seenAt: t0 + 2 },
      { key: aPerson("U3"), name: "U3", kind: "member", seenAt: t0 + 1 },
    ]);
  });

  it("PE1: notes when a person was described once a minute, or when it was otherwise", async () => {
    const { store } = current;
    const key = aPerson("U1");
    const seenAfter = async (now: number, other: Partial<Person> = {}) => {
      await store.write((tx) => tx.people.see({ key, name: "Ana", kind: "member", ...other }, tenant, now));
      return (await store.read((tx) => tx.people.lastSeen(key)))?.at;
    };

    expect(await seenAfter(t0)).toBe(t0);
    expect(await seenAfter(t0 + 59_999)).toBe(t0);
    expect(await seenAfter(t0 + 60_000)).toBe(t0 + 60_000);
    expect(await seenAfter(t0 + 60_001, { kind: "external" })).toBe(t0 + 60_001);
    expect(await seenAfter(t0 + 60_002, { kind: "external", locale: "cs-CZ" })).toBe(t0 + 60_002);
    expect(await seenAfter(t0 + 60_003, { kind: "external", name: "Ana B" })).toBe(t0 + 60_003);
    expect(await seenAfter(t0 + 60_002, { kind: "external", name: "Ana B" })).toBe(t0 + 60_002);
  });
}
