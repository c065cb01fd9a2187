import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import { bo, createGatewayWorld, dm, type GatewayWorld, texts, thread } from "./gateway-world.ts";

describe("gateway/workspace-name", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  const workspaceAt = async (at: ConversationAddress, by = dm.channel): Promise<string> => {
    await world.hear("hello", { conversation: at, ...(by === "dm-bo" ? { by: bo } : {}) });
    await world.settle();
    const all = await world.store.read((tx) => tx.conversations.list());
    const found = all.findLast(({ address }) => JSON.stringify(address) === JSON.stringify(at));
    return found?.workspace ?? "";
  };

  it("WN1: is one for all threads of a person's direct messages", async () => {
    const first = await workspaceAt(dm);
    const second = await workspaceAt({ ...dm, thread: "d2" });

    expect(first).toMatch(/^dm-[0-9a-f]{24}$/);
    expect(second).toBe(first);
  });

  it("WN1, ux d.9: is another for every other person, tenant and platform", async () => {
    const names = [
      await workspaceAt(dm),
      await workspaceAt({ ...dm, channel: "dm-bo" }, "dm-bo"),
      await workspaceAt({ ...dm, tenant: asTenantId("fake-t2") }),
    ];

    expect(new Set(names).size).toBe(3);
  });

  it("is the conversation's own in channels and groups", async () => {
    const names = [
      await workspaceAt(thread),
      await workspaceAt({ ...thread, thread: "t2" }),
      await workspaceAt({ ...thread, kind: "group", channel: "g1" }),
    ];

    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^conv-/);
  });

  it("I3: still starts a run in each thread of a person, and answers each", async () => {
    await workspaceAt(dm);
    const second = { ...dm, thread: "d2" };
    await workspaceAt(second);
    await world.hear("status", { conversation: second });
    await world.settle();

    expect((await world.runs()).map(({ state, mode }) => [state, mode])).toEqual([
      ["queued", "assistant"],
      ["queued", "assistant"],
    ]);
    expect(texts(world.held(second), "notice")).toHaveLength(1);
  });

  it("brings files that arrive in one thread to where the other works, and keeps both", async () => {
    const files = [world.file("a.csv", "1")];
    await world.hear("take this", { conversation: dm, files });
    await world.settle();
    const more = [world.file("b.csv", "2")];
    await world.hear("and this", { conversation: { ...dm, thread: "d2" }, files: more });
    await world.settle();

    const { workspace } = await world.conversation(dm);
    const latest = await world.store.read((tx) => tx.manifests.latest(workspace));
    const manifest = await world.workspaces.blobs.getManifest(latest?.digest ?? "");
    expect(manifest.map(({ path }) => path)).toEqual(["inbox/a.csv", "inbox/b.csv"]);
  });
});
