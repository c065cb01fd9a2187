import { describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Bell } from "../../src/domain/bell.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import { aBell, queueContract } from "../contracts/queue-contract.ts";

queueContract("embedded", async () => createEmbeddedQueue({ maxWaiting: 100, log: silentLogger }));

describe("queue/embedded", () => {
  const fail = (error: unknown): void => {
    throw error;
  };

  it("EQ1: leaves a bell to the sweeper when it is full of bells that are as urgent", async () => {
    const queue = createEmbeddedQueue({ maxWaiting: 2, log: silentLogger });
    await queue.ring(aBell("run_a", { priority: 1 }));
    await queue.ring(aBell("run_b", { priority: 1 }));

    const rung = await queue.ring(aBell("run_c", { priority: 1 }));

    expect(rung).toBe(false);
    expect(await queue.depth()).toEqual({ waiting: 2, active: 0 });
  });

  it("EQ1: gives up its least urgent bell for a more urgent one (I3)", async () => {
    const queue = createEmbeddedQueue({ maxWaiting: 3, log: silentLogger });
    const seen: string[] = [];
    for (const priority of [1, 3, 2]) await queue.ring(aBell(`run_flood${priority}`, { priority }));

    const rung = await queue.ring(aBell("run_other", { priority: 0 }));
    queue.work(async (bell) => void seen.push(bell.run), { concurrency: 1, onError: fail });

    expect(rung).toBe(true);
    await vi.waitFor(() => expect(seen).toEqual(["run_other", "run_flood1", "run_flood2"]));
  });

  it("EQ1: takes the bell it gave up when it is rung again", async () => {
    const queue = createEmbeddedQueue({ maxWaiting: 1, log: silentLogger });
    const seen: string[] = [];
    await queue.ring(aBell("run_a", { priority: 2 }));
    await queue.ring(aBell("run_b", { priority: 1 }));
    queue.work(async (bell) => void seen.push(bell.run), { concurrency: 1, onError: fail });
    await vi.waitFor(() => expect(seen).toEqual(["run_b"]));

    await queue.ring(aBell("run_a", { priority: 2 }));

    await vi.waitFor(() => expect(seen).toEqual(["run_b", "run_a"]));
  });

  it("EQ2: has answered whoever rings before the handler begins", async () => {
    const queue = createEmbeddedQueue({ maxWaiting: 10, log: silentLogger });
    const order: string[] = [];
    queue.work(async (bell: Bell) => void order.push(bell.run), { concurrency: 1, onError: fail });

    await queue.ring(aBell("run_a"));
    order.push("answered");

    await vi.waitFor(() => expect(order).toEqual(["answered", "run_a"]));
  });

  it("tells the other listeners when one fails, and logs it", async () => {
    const errors: string[] = [];
    const log = { ...silentLogger, error: (text: string) => void errors.push(text) };
    const queue = createEmbeddedQueue({ maxWaiting: 10, log });
    const heard: string[] = [];
    queue.onHint(() => fail(new Error("broken")));
    queue.onHint((hint) => void heard.push(hint.kind));

    queue.hint({ kind: "outbox" });

    await vi.waitFor(() => expect(heard).toEqual(["outbox"]));
    expect(errors).toEqual(["A listener failed on a hint."]);
  });
});
