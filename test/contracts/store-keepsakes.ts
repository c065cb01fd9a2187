// Manifests, memories, feedback and locks.

import { expect, it } from "vitest";
import { asConversationId, asRunId, asTenantId } from "../../src/domain/ids.ts";
import type { Feedback } from "../../src/domain/feedback.ts";
import type { Memory } from "../../src/domain/memory.ts";
import type { StoreCase } from "./store-contract.ts";
import { aPerson, aRun, t0, tenant } from "./store-rows.ts";

export function keepsakeSuite(current: StoreCase): void {
  manifestSuite(current);
  memorySuite(current);
  feedbackSuite(current);
  lockSuite(current);
}

function feedbackSuite(current: StoreCase): void {
  it("keeps the last verdict of each person on a run, the words with it", async () => {
    const { store } = current;
    const run = (await aRun(store, "a")).id;
    const other = (await aRun(store, "b")).id;
    const person = aPerson("U1");
    const give = (feedback: Feedback) => store.write((tx) => tx.feedback.give(feedback));

    await give({ run, person, verdict: "down", text: "wrong\0", at: t0 });
    await give({ run: other, person, verdict: "up", at: t0 });
    await give({ run, person: aPerson("U2"), verdict: "up", at: t0 + 1 });
    expect(await store.read((tx) => tx.feedback.list(run))).toEqual([
      { run, person, verdict: "down", text: "wrong\uFFFD", at: t0 },
      { run, person: aPerson("U2"), verdict: "up", at: t0 + 1 },
    ]);

    await give({ run, person, verdict: "up", at: t0 + 2 });
    expect((await store.read((tx) => tx.feedback.list(run))).at(-1)).toEqual({
      run,
      person,
      verdict: "up",
      at: t0 + 2,
    });
  });
}

function manifestSuite(current: StoreCase): void {
  const row = (workspace: string, digest: string) => ({
    conversation: asConversationId("conv_1"),
    workspace,
    digest,
    files: 2,
    sizeBytes: 5_000_000_000,
    createdAt: t0,
  });
  const add = (workspace: string, digest: string) =>
    current.store.write((tx) => tx.manifests.add(row(workspace, digest)));

  it("numbers the versions of each workspace from 1", async () => {
    await add("w1", "a");
    await add("w2", "b");
    const step = { ...row("w1", "c"), run: asRunId("run_a"), step: 3 };

    expect(await current.store.write((tx) => tx.manifests.add(step))).toEqual({ ...step, seq: 2 });
    const listed = await current.store.read((tx) => tx.manifests.list("w1"));
    expect(listed.map(({ seq, digest }) => [seq, digest])).toEqual([
      [1, "a"],
      [2, "c"],
    ]);
    expect((await current.store.read((tx) => tx.manifests.latest("w1")))?.digest).toBe("c");
    expect(await current.store.read((tx) => tx.manifests.latest("none"))).toBeUndefined();
  });

  it("gives concurrent versions distinct numbers", async () => {
    const rows = await Promise.all(["a", "b", "c", "d"].map((digest) => add("w1", digest)));

    expect(rows.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });
}

function memorySuite(current: StoreCase): void {
  const scope = "channel:slack/C01" as const;
  const remember = (id: string, fact: string, other: Partial<Memory> = {}) =>
    current.store.write((tx) =>
      tx.memories.add({ id, tenant, agent: "deputy", scope, fact, createdAt: t0, ...other }),
    );
  const search = async (query: string, limit = 10) =>
    (await current.store.read((tx) => tx.memories.search(tenant, "deputy", scope, query, limit))).map(
      ({ id }) => id,
    );

  it("finds facts by the words they share with the question, the rarest first", async () => {
    await remember("m1", "The budget of the vendor project is 5,000");
    await remember("m2", "The vendor of the printers is ACME");
    await remember("m3", "Lunch is at noon");

    expect(await search("which vendor sells printers?")).toEqual(["m2", "m1"]);
    expect(await search("VENDOR budget", 1)).toEqual(["m1"]);
    expect(await search("nothing known")).toEqual([]);
  });

  it("finds words of any script", async () => {
    await remember("m1", "Faktury posílá účetní");
    await remember("m2", "請求書は 田中 さんへ");

    expect(await search("ÚČETNÍ")).toEqual(["m1"]);
    expect(await search("田中")).toEqual(["m2"]);
  });

  it("gives all facts of the scope, newest first, when nothing is asked", async () => {
    await remember("m1", "one", { createdAt: t0 });
    await remember("m2", "two", { createdAt: t0 + 1 });

    expect(await search(" ")).toEqual(["m2", "m1"]);
    expect(await search("", 1)).toEqual(["m2"]);
  });

  it("keeps scopes, agents and tenants apart", async () => {
    await remember("m1", "the secret word", { scope: "person:slack:T0001:U1" });
    await remember("m2", "the secret word", { agent: "other" });
    await remember("m3", "the secret word", { tenant: asTenantId("slack-T0002") });

    expect(await search("secret")).toEqual([]);
    expect(await search("")).toEqual([]);
  });
}

function lockSuite(current: StoreCase): void {
  const acquire = (owner: string, now: number, until = now + 10) =>
    current.store.write((tx) => tx.locks.acquire("sweeper", owner, now, until));
  const holder = () => current.store.read((tx) => tx.locks.holder("sweeper"));

  it("S4: gives a free lock to one of many", async () => {
    const owners = ["a", "b", "c"];

    const held = await Promise.all(owners.map((owner) => acquire(owner, t0)));

    expect(held.filter(Boolean)).toHaveLength(1);
    expect(await holder()).toEqual({ owner: owners[held.indexOf(true)], until: t0 + 10 });
  });

  it("keeps a lock for its owner, who may prolong it, until it expires", async () => {
    expect(await acquire("a", t0)).toBe(true);
    expect(await acquire("b", t0 + 9)).toBe(false);
    expect(await acquire("a", t0 + 9)).toBe(true);
    expect(await acquire("b", t0 + 18)).toBe(false);
    expect(await acquire("b", t0 + 19)).toBe(true);
    expect((await holder())?.owner).toBe("b");
  });

  it("is released by its owner only", async () => {
    await acquire("a", t0);
    const release = (owner: string) => current.store.write((tx) => tx.locks.release("sweeper", owner));

    await release("b");
    expect((await holder())?.owner).toBe("a");
    await release("a");
    expect(await holder()).toBeUndefined();
  });
}
