// What leaves when nobody has worked on it (RN1 to RN3).

import { describe, expect, it } from "vitest";
import { asConversationId } from "../../src/domain/ids.ts";
import { keptTexts } from "../../src/store/contract-retention.ts";
import type { StoreCase } from "./store-contract.ts";
import {
  aConversation,
  aMessage,
  aNotice,
  anAddress,
  aPost,
  aRun,
  aWorkingRun,
  t0,
  tenant,
} from "./store-rows.ts";

const before = t0 + 1_000;
const done = { code: "done", summary: "" };
const sha = (letter: string): string => letter.repeat(64);

export function retentionSuite(current: StoreCase): void {
  const version = (thread: string, digest: string, createdAt = t0) =>
    current.store.write((tx) =>
      tx.manifests.add({
        conversation: asConversationId(`conv_${thread}`),
        workspace: `w-${thread}`,
        digest,
        files: 1,
        sizeBytes: 1,
        createdAt,
      }),
    );
  /** A conversation whose run is over, and its version. */
  const worked = async (thread: string, digest = sha("a"), endedAt = t0): Promise<void> => {
    const { id } = await aRun(current.store, thread);
    await current.store.write((tx) => tx.runs.settleIdle(id, "done", done, endedAt));
    await version(thread, digest);
  };
  const letGo = (thread: string) =>
    current.store.write((tx) => tx.retention.letGo(`w-${thread}`, before, before));
  const leaving = () => current.store.read((tx) => tx.retention.leaving(10));

  it("RN1 RN2: the versions of an idle workspace leave every listing, and can be told until they are forgotten", async () => {
    const { store } = current;
    await worked("1", sha("a"));
    await version("1", sha("b"));
    await worked("2", sha("c"));
    const [first] = await store.read((tx) => tx.retention.versionsKept(undefined, 1));
    const others = await store.read((tx) => tx.retention.versionsKept(first, 9));
    expect([first, ...others].map((version) => version?.digest)).toEqual([sha("a"), sha("b"), sha("c")]);
    const idle = await store.read((tx) => tx.retention.idle(before, "", 10));
    expect(idle).toEqual([
      { tenant, workspace: "w-1" },
      { tenant, workspace: "w-2" },
    ]);
    expect(await store.read((tx) => tx.retention.idle(before, "w-1", 10))).toHaveLength(1);
    expect(await letGo("1")).toBe(2);
    expect(await letGo("1")).toBe(0);
    expect(await store.read((tx) => tx.manifests.latest("w-1"))).toBeUndefined();
    expect(await store.read((tx) => tx.retention.idle(before, "", 10))).toHaveLength(1);
    const [left] = await leaving();
    expect(left).toMatchObject({
      tenant,
      workspace: "w-1",
      asideAt: undefined,
      digests: [sha("a"), sha("b")],
    });
    await store.write((tx) => tx.retention.setAside(left?.name ?? "", t0 + 5));
    const [aside] = await leaving();
    expect(aside).toMatchObject({ workspace: "w-1", asideAt: t0 + 5, digests: [sha("a"), sha("b")] });
    await version("1", sha("d"));
    expect(await store.read((tx) => tx.manifests.latest("w-1"))).toMatchObject({ seq: 1, digest: sha("d") });
    await store.write((tx) => tx.retention.forget(aside?.name ?? ""));
    await store.write((tx) => tx.retention.forget("w-2"));
    expect(await leaving()).toEqual([]);
    const kept = await store.read((tx) => tx.retention.versionsKept(undefined, 1));
    expect(kept).toEqual([{ workspace: "w-1", seq: 1, digest: sha("d"), sizeBytes: 1 }]);
    expect(await store.read((tx) => tx.retention.versionsKept(kept[0], 9))).toMatchObject([
      { workspace: "w-2" },
    ]);
  });

  describe("RN1: a workspace stays", () => {
    it("while a run of it is not over, or ended since", async () => {
      await aWorkingRun(current.store, "1");
      await version("1", sha("a"));
      expect(await current.store.read((tx) => tx.retention.idle(before, "", 9))).toEqual([]);
      expect(await letGo("1")).toBe(0);
      await worked("2", sha("a"), before);
      expect(await letGo("2")).toBe(0);
    });

    it("while something was heard or made there since, or is to be routed", async () => {
      const { store } = current;
      const hear = (thread: string, now: number) =>
        store.write((tx) =>
          tx.inbox.add({
            id: `in_${thread}`,
            tenant,
            conversation: asConversationId(`conv_${thread}`),
            event: aMessage(thread),
            dueAt: now,
            now,
          }),
        );
      for (const thread of ["1", "2", "3"]) await worked(thread);
      await hear("1", t0);
      expect(await letGo("1")).toBe(0);
      await store.write((tx) => tx.inbox.route("in_1", "routed"));
      expect(await letGo("1")).toBe(1);
      await hear("2", before);
      await store.write((tx) => tx.inbox.route("in_2", "routed"));
      expect(await letGo("2")).toBe(0);
      await version("3", sha("b"), before);
      expect(await letGo("3")).toBe(0);
      expect(await store.read((tx) => tx.retention.idle(before, "w-2", 9))).toEqual([]);
    });

    it("while another conversation that shares it is at work", async () => {
      const { store } = current;
      await worked("1");
      const fresh = { id: asConversationId("conv_dm"), workspace: "w-1", now: t0 };
      await store.write((tx) => tx.conversations.ensure(anAddress("dm"), fresh));
      await aRun(store, "dm", { conversation: fresh.id });
      expect(await letGo("1")).toBe(0);
    });
  });

  it("RN3: gives each text that may name a blob: what is unposted or new, what is withheld, and the journal's", async () => {
    const { store, bed } = current;
    const { lease } = await aWorkingRun(store, "1");
    const conversation = await aConversation(store);
    const blob = (letter: string): string => `blob:sha256:${sha(letter)}`;
    await store.write(async (tx) => {
      await tx.steps.start(lease, { n: 0, kind: "model", arguments: blob("1") }, t0);
      await tx.steps.finish(lease.run, { n: 0, state: "done", result: blob("2") }, t0);
      const read = { n: 1, kind: "tool", tool: "read_file", callId: "c", arguments: sha("3") } as const;
      await tx.steps.start(lease, read, t0);
      for (const key of ["due", "old", "new"])
        await tx.outbox.add(aPost(key, conversation), key === "new" ? before : t0);
      for (const [id, createdAt] of [
        ["wh_1", t0],
        ["wh_2", t0],
      ] as const) {
        const said = { key: id, message: aNotice(id) };
        await tx.withheld.add({ id, tenant, run: lease.run, conversation, owners: [], said, createdAt });
      }
    });
    await bed.execute("update outbox set state = 'sent' where key in ('old', 'new')");
    await bed.execute("update withheld set state = 'posted' where id = 'wh_2'");
    const found: Record<string, string> = {};
    for (const of of keptTexts) {
      const { texts, next } = await store.read((tx) => tx.retention.textsKept(of, before, ""));
      expect(next).toBeUndefined();
      found[of] = texts.join("\n");
    }
    expect(found["steps"]).toBe(`${blob("1")}\n${blob("2")}`);
    expect(found["outbox"]).toMatch(/"due".*"new"/s);
    expect(found["outbox"]).not.toContain('"old"');
    expect(found["withheld"]).toContain("wh_1");
    expect(found["withheld"]).not.toContain("wh_2");
  });
}
