// Words while something waits for approval: what was asked no longer stands (K3).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asWaitId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Wait, WaitAsk } from "../../src/domain/wait.ts";
import { askPost } from "../../src/runtime/voice/attention.ts";
import { ada, bo, createGatewayWorld, type GatewayWorld, whispers } from "./gateway-world.ts";

const ask: WaitAsk = {
  kind: "schedule",
  what: "the brief",
  when: "0 9 * * 1-5",
  timeZone: "Europe/Prague",
  next: [Date.parse("2026-11-24T08:00:00Z")],
  askedAt: Date.parse("2026-11-23T09:00:00Z"),
};

describe("gateway/superseding", () => {
  let world: GatewayWorld;
  let run: Run;
  let wait: Wait;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("brief me every weekday at 9");
    await world.settle();
    const started = await world.run();
    if (!started) throw new Error("There is no run");
    run = started;
    const lease = await world.work(run);
    const id = asWaitId("wait_approval");
    const now = world.clock.now();
    const opened = await world.store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 1, run.spent);
      await tx.steps.start(lease, { n: 0, kind: "tool", tool: "schedule_task", callId: "c" }, now);
      await tx.waits.open({ id, run: run.id, step: 0, kind: "approval", ask, asked: run.subject, now });
      await tx.runs.park(lease, undefined);
      await tx.outbox.add(askPost(run, id, ask, undefined), now);
      return tx.waits.find(id);
    });
    if (!opened) throw new Error("The wait was not opened");
    wait = opened;
    world.gateway.delivery.kick();
    await world.settle();
    world.bells.length = 0;
  });
  afterEach(() => world.close());

  const state = async () => (await world.store.read((tx) => tx.waits.find(wait.id)))?.state;
  const shown = () => world.held().messages.find(({ key }) => key.startsWith("ask:"))?.message;

  it("K3: is asked again: the message says why it no longer counts, and the run reads the words", async () => {
    await world.hear("make that 10 o'clock, and yes do it");
    await world.settle();
    await world.pass(60_000);

    expect(await state()).toBe("superseded");
    expect(shown()).toMatchObject({
      options: [],
      decided: expect.stringContaining("Ana wrote something new"),
    });
    expect(await world.mail(run)).toMatchObject([
      { kind: "steer", text: "make that 10 o'clock, and yes do it" },
    ]);
    expect(await world.run()).toMatchObject({ state: "queued" });
    expect(world.bells).toMatchObject([{ run: run.id }]);
    expect(world.held().statuses.at(-1)).toBe("processing");
  });

  it("K3: counts a manager's words for a run of the employee, and nobody else's", async () => {
    await world.hear("I would take 10 o'clock", { by: bo });
    await world.settle();
    expect(await state()).toBe("open");
    expect(whispers(world.held(), bo)).toHaveLength(1);

    await world.hear("not on Mondays", { by: ada });
    await world.settle();
    expect(await state()).toBe("superseded");
  });

  it("W1: has one winner against a stop and against words of two people at the same moment", async () => {
    await Promise.all([
      world.hear("at 10"),
      world.click("run.stop", run.id),
      world.hear("at 11", { by: ada }),
    ]);
    await world.settle();

    expect(["superseded", "cancelled"]).toContain(await state());
    expect((await world.store.read((tx) => tx.runs.find(run.id)))?.state).toBe("stopped");
    expect(
      new Set(world.bells.filter((bell) => bell.run === run.id).map((bell) => bell.segment)).size,
    ).toBeLessThan(2);
  });
});
