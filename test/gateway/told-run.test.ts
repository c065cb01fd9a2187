// What the gateway itself says of a run that saw private matters, where others read (OUT-4).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { anewValue } from "../../src/domain/actions.ts";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import type { Person } from "../../src/domain/person.ts";
import type { Run } from "../../src/domain/run.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { pullBrake, releaseBrake, tellHeldUp } from "../../src/gateway/brakes.ts";
import { createHome } from "../../src/gateway/home.ts";
import { speakUp } from "../../src/gateway/speak-up.ts";
import { viewRun } from "../../src/gateway/handed-runs.ts";
import { nudge } from "../../src/gateway/waits-due.ts";
import { workElsewhere } from "../../src/runtime/elsewhere.ts";
import { failRun } from "../../src/runtime/fail-run.ts";
import { cardPost } from "../../src/runtime/voice/run-card.ts";
import { ana, bo, createGatewayWorld, dm, type GatewayWorld, thread } from "./gateway-world.ts";

const secret = "4,711 a month";
const question: QuestionAsk = { kind: "question", question: secret, options: [secret], apart: "asked" };

describe("gateway: a run that saw private matters", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  /** Begun where `at` says, with a card; its plan holds what it saw of `owner`. */
  const saw = async (owner: Person = ana, at: ConversationAddress = thread): Promise<Run> => {
    await world.hear("look it up", { conversation: at });
    await world.settle();
    const begun = await world.run(at);
    if (!begun) throw new Error("There is no run");
    const lease = await world.work(begun);
    const steps = (["done", "doing", "todo"] as const).map((state) => ({ text: `pays ${secret}`, state }));
    await world.store.write(async (tx) => {
      const patch = { plan: { title: secret, steps }, title: secret, taint: privateMarks(owner.key) };
      await tx.runs.patch(begun.id, patch);
      await tx.outbox.add(cardPost(begun, { state: "Working", noted: [] }), world.clock.now());
      await tx.runs.requeue(lease, world.clock.now(), 0);
    });
    await world.settle();
    const run = await world.run(at);
    if (run?.plan?.title !== secret) throw new Error("It has no plan");
    return run;
  };
  const shown = (at: ConversationAddress = thread): string => {
    const { messages, whispers, sessions } = world.held(at);
    return JSON.stringify([messages.map(({ message }) => message), whispers, sessions]);
  };
  const settled = async (): Promise<string> => {
    await world.settle();
    return shown();
  };

  it.each(["status", "why", "why?"])("OUT-4 TO1: `%s` names neither its plan nor its steps", async (word) => {
    await saw();
    await world.hear(word);
    const said = await settled();
    expect(said).not.toContain(secret);
    expect(said).toMatch(/Work with private matters|at: Step 2/);
  });

  it("OUT-4 TO1: nor do they after it has ended, and its end is told in steps by number", async () => {
    const run = await saw();
    await world.click("run.stop", run.id);
    await world.settle();
    await world.hear("status");
    await world.settle();
    await world.hear("why");
    const said = await settled();
    expect(said).toContain("Stopped by Ana");
    expect(said).toContain("Done: Step 1");
    expect(said).not.toContain(secret);
  });

  it("OUT-4 TO1: somebody else who speaks to it is not told what it works on", async () => {
    await saw();
    await world.hear("and me?", { by: bo });
    const said = await settled();
    expect(said).toContain("I'm working for Ana");
    expect(said).not.toContain(secret);
  });

  it("OUT-4 TO2: the supervisor, a brake and its release, and steering say nothing of it", async () => {
    const run = await saw();
    await world.hear("only this year");
    await world.store.write((tx) => tx.runs.promise(run.id, world.clock.now()));
    await speakUp(world.gateway.desk, run.id);
    const brake = { kind: "agent", name: "deputy" } as const;
    const { desk, scheduling } = world.gateway;
    await desk.decide((d) => pullBrake(d, scheduling.ids, brake, "cli:op"));
    await tellHeldUp(desk);
    await desk.decide((d) => releaseBrake(d, brake, "cli:op"));
    await world.settle();
    const said = await settled();
    expect(said).toContain("still waiting");
    expect(said).toContain("was paused");
    expect(said).toContain("The pause is over");
    expect(said).not.toContain(secret);
  });

  it("OUT-4 TO2: a reminder of what it asked does not name it", async () => {
    const run = await saw();
    const wait = await world.park(run, question, { nudgeAt: world.clock.now() });
    await nudge(world.gateway.desk, wait);
    await world.settle();
    const last = JSON.stringify(world.held().messages.at(-1)?.message);
    expect(last).toContain("Reminder: Work with private matters");
    expect(last).not.toContain(secret);
  });

  it("OUT-4 TO2: a worker that gives it up does not tell of it, and begun anew it has the title of what was asked", async () => {
    const run = await saw();
    const lease = await world.work(run);
    const { clock, store } = world;
    const { ids } = world.gateway.scheduling;
    const around = { ids, clock, log: silentLogger, failpoint: () => undefined };
    await failRun(run, lease, "run.poison", { store, world: around });
    world.gateway.delivery.kick();
    expect(await settled()).not.toContain(secret);

    await world.click("run.retry", anewValue(run.id));
    await world.settle();
    const [anew] = await world.runs();
    expect(anew).toMatchObject({ title: "look it up", taint: { private: [] } });
  });

  it("OUT-4 TO1: in the direct message of whose matter it is, it is told in full", async () => {
    await saw(ana, dm);
    await world.hear("status", { conversation: dm });
    await world.settle();
    expect(shown(dm)).toContain(secret);
  });

  it("OUT-4 TO1: of another person's matter neither a home page, a run elsewhere nor a program of theirs is told more than what was asked", async () => {
    const run = await saw(bo);
    const home = createHome({
      world: { clock: world.clock, log: silentLogger },
      store: world.store,
      agent: "deputy",
      deciders: world.gateway.approvals,
    });
    home.opened(world.platform, ana);
    await home.idle();
    await home.stop();
    expect(JSON.stringify(world.platform.homes)).toContain("Work with private matters");
    expect(JSON.stringify(world.platform.homes)).not.toContain(secret);

    const view = await world.store.read((tx) => viewRun(tx, run));
    expect(view).toMatchObject({ title: "Work with private matters", plan: [{ text: "Step 1" }, {}, {}] });
    expect(JSON.stringify(view)).not.toContain(secret);

    await world.hear("hello", { conversation: dm });
    await world.settle();
    const [other, at] = [await world.run(dm), await world.conversation(dm)];
    if (!other) throw new Error("There is no run");
    const told = await world.store.read((tx) => workElsewhere(tx, other, at));
    expect(told).toEqual([expect.stringContaining(run.goal)]);
    expect(told.join()).not.toContain(secret);
  });
});
