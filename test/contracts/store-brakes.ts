import { expect, it } from "vitest";
import type { Brake, BrakeKind } from "../../src/domain/brake.ts";
import { holdsUp } from "../../src/domain/brake.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import type { StoreCase } from "./store-contract.ts";
import {
  aConversation,
  aPerson,
  aPost,
  aRun,
  aWorkingRun,
  bellOf,
  leaseMs,
  roomy,
  t0,
} from "./store-rows.ts";

export function brakeSuite(current: StoreCase): void {
  const brake = (kind: BrakeKind, name: string): Brake => ({
    id: `brk_${kind}`,
    kind,
    name,
    pulledBy: "cli:op",
    pulledAt: t0,
  });

  it("BK1: is pulled once, until it is released", async () => {
    const { store } = current;
    const pulled = brake("agent", "deputy");

    expect(await store.write((tx) => tx.brakes.pull(pulled))).toBe(true);
    expect(await store.write((tx) => tx.brakes.pull({ ...pulled, id: "brk_2" }))).toBe(false);
    expect(await store.read((tx) => tx.brakes.list())).toEqual([pulled]);
    expect(await store.read((tx) => tx.brakes.find("agent", "deputy"))).toEqual(pulled);
    expect(await store.write((tx) => tx.brakes.release("agent", "deputy"))).toEqual(pulled);
    expect(await store.write((tx) => tx.brakes.release("agent", "deputy"))).toBeUndefined();
    expect(await store.read((tx) => tx.brakes.list())).toEqual([]);
  });

  it.each<[BrakeKind, string, boolean]>([
    ["all", "", true],
    ["tenant", "slack-T1", true],
    ["tenant", "slack-T2", false],
    ["agent", "deputy", true],
    ["agent", "other", false],
    ["person", aPerson("U1"), true],
    ["person", aPerson("U2"), false],
    ["tool", "deputy", false],
  ])("OPS-1: a brake on %s %s holds a run up: %s", async (kind, name, held) => {
    const { store } = current;
    const given = { tenant: asTenantId("slack-T1"), agent: "deputy", subject: aPerson("U1") };
    const working = await aWorkingRun(store, "b");
    const run = await aRun(store, "a", given);
    const pulled = brake(kind, name);
    await store.write((tx) => tx.brakes.pull(pulled));

    const look = await store.read(async (tx) => ({
      watched: await tx.runs.watch([run.id]),
      runnable: (await tx.runs.runnable(t0, roomy, 10)).map((bell) => bell.run),
      untold: await tx.runs.heldUp(10),
    }));
    expect(look).toEqual({
      watched: [expect.objectContaining({ heldUp: held })],
      runnable: held ? [] : [run.id],
      untold: held ? [{ run: run.id, brake: pulled.id }] : [],
    });
    expect(holdsUp(pulled, run)).toBe(held);
    const claim = await store.write(async (tx) =>
      tx.runs.claim(await bellOf(store, run.id), "worker-2", leaseMs, roomy, t0),
    );
    expect(claim.kind).toBe(held ? "nothing" : "claimed");
    expect(working.run.state).toBe("working");
  });

  it("OPS-1: nobody takes over a run that is held up, and it goes on when it is released", async () => {
    const { store } = current;
    const { run } = await aWorkingRun(store, "a");
    const later = t0 + leaseMs + 1;
    const claim = async () => {
      const bell = await bellOf(store, run.id);
      return (await store.write((tx) => tx.runs.claim(bell, "worker-2", leaseMs, roomy, later))).kind;
    };
    await store.write((tx) => tx.brakes.pull(brake("all", "")));

    expect(await claim()).toBe("nothing");
    await store.write((tx) => tx.brakes.release("all", ""));
    expect(await claim()).toBe("claimed");
  });

  it("is told of once in each thread", async () => {
    const { store } = current;
    const run = await aRun(store, "a");
    await store.write((tx) => tx.brakes.pull(brake("all", "")));
    const conversation = await aConversation(store, "a");
    await store.write((tx) => tx.outbox.add(aPost(`held:${run.id}:brk_all`, conversation), t0));

    expect(await store.read((tx) => tx.runs.heldUp(10))).toEqual([]);
  });
}
