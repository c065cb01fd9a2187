// Manifests, memories, feedback and locks.

import { expect, it } from "vitest";
import type { Feedback } from "../../src/domain/feedback.ts";
import { asConversationId, asRunId, asTenantId } from "../../src/domain/ids.ts";
import type { MemoryOwner, NewMemory } from "../../src/domain/memory.ts";
import { mostFacts } from "../../src/store/repositories/memories.ts";
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
  const owner = { tenant, agent: "deputy", scope: "channel:slack/C01" } as const;
  const remember = (fact: string, other: Partial<NewMemory> = {}) =>
    current.store.write((tx) => tx.memories.add({ ...owner, fact, createdAt: t0, ...other }));
  const search = async (query: string, limit = 10) =>
    (await current.store.read((tx) => tx.memories.search(tenant, "deputy", owner.scope, query, limit))).map(
      ({ fact }) => fact,
    );
  const list = (of: MemoryOwner = owner) => current.store.read((tx) => tx.memories.list(of));

  it("finds facts by the words they share with the question, the rarest first", async () => {
    await remember("The budget of the vendor project is 5,000");
    await remember("The vendor of the printers is ACME");
    await remember("Lunch is at noon");

    expect(await search("which vendor sells printers?")).toEqual([
      "The vendor of the printers is ACME",
      "The budget of the vendor project is 5,000",
    ]);
    expect(await search("VENDOR budget", 1)).toEqual(["The budget of the vendor project is 5,000"]);
    expect(await search("nothing known")).toEqual([]);
  });

  it("gives all facts of the scope, newest first, when nothing is asked", async () => {
    await remember("one", { createdAt: t0 });
    await remember("two", { createdAt: t0 + 1 });

    expect(await search(" ")).toEqual(["two", "one"]);
    expect(await search("", 1)).toEqual(["two"]);
    expect((await list()).map(({ fact }) => fact)).toEqual(["one", "two"]);
  });

  it("ME2: keeps the same fact once, in its place", async () => {
    await remember("Ana likes short reports");
    await remember("Reports go out on Friday", { createdAt: t0 + 1 });
    await Promise.all(
      ["Ana likes  short reports.", "ANA LIKES SHORT REPORTS"].map((fact) =>
        remember(fact, { createdAt: t0 + 2 }),
      ),
    );

    expect((await list()).map(({ fact }) => fact)).toEqual([
      "Ana likes short reports",
      "Reports go out on Friday",
    ]);
  });

  it("ME2: a scope that is full loses its oldest, and no other scope does", async () => {
    await remember("elsewhere", { scope: "channel:slack/C02", createdAt: t0 - 1 });
    await current.store.write(async (tx) => {
      for (let n = 0; n < mostFacts; n += 1) {
        await tx.memories.add({ ...owner, fact: `fact ${n}`, createdAt: t0 + n });
      }
    });

    await remember("the newest", { createdAt: t0 + mostFacts });

    const facts = (await list()).map(({ fact }) => fact);
    expect(facts).toHaveLength(mostFacts);
    expect(facts[0]).toBe("fact 1");
    expect(facts.at(-1)).toBe("the newest");
    expect(await list({ ...owner, scope: "channel:slack/C02" })).toHaveLength(1);
  });

  const others: [string, MemoryOwner][] = [
    ["of a person, to a channel", { ...owner, scope: "person:slack:T0001:U1" }],
    ["of another channel", { ...owner, scope: "channel:slack/C02" }],
    ["of another agent", { ...owner, agent: "other" }],
    ["of another tenant", { ...owner, tenant: asTenantId("slack-T0002") }],
  ];
  it.each(others)("ME1: neither shows nor erases facts %s", async (_, other) => {
    await remember("the secret word", other);
    const [theirs] = await list(other);

    expect(await search("secret")).toEqual([]);
    expect(await search("")).toEqual([]);
    expect(await list()).toEqual([]);
    expect(await current.store.write((tx) => tx.memories.forget(owner, [theirs?.id ?? ""]))).toBe(0);
    expect(await list(other)).toHaveLength(1);
  });

  it("ME1: keeps the facts of two persons apart", async () => {
    const ana = { ...owner, scope: "person:slack:T0001:U1" } as const;
    const bo = { ...owner, scope: "person:slack:T0001:U2" } as const;
    await remember("the secret word", ana);
    await remember("the secret word", bo);

    const [first] = await list(ana);
    expect(await current.store.write((tx) => tx.memories.forget(ana, [first?.id ?? ""]))).toBe(1);
    expect(await list(ana)).toEqual([]);
    expect(await list(bo)).toHaveLength(1);
  });

  it("erases what is named, and takes it in again when it is said again", async () => {
    await remember("one");
    await remember("two", { createdAt: t0 + 1 });
    const [one] = await list();

    expect(await current.store.write((tx) => tx.memories.forget(owner, [one?.id ?? ""]))).toBe(1);
    expect(await search("one")).toEqual([]);
    expect(await current.store.write((tx) => tx.memories.forget(owner, []))).toBe(0);
    await remember("one", { createdAt: t0 + 2 });
    expect(await search("")).toEqual(["one", "two"]);
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
