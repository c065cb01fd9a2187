// What the supervisor does from the rows alone, whoever works on the runs: stops that nobody obeys, runs whose time is over,
// troubles that many runs have, marks that were left behind, and what waits for the morning.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIds } from "../../src/base/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { clearOrphanMarks } from "../../src/gateway/orphan-marks.ts";
import { speakUp } from "../../src/gateway/speak-up.ts";
import { tellTroubles } from "../../src/gateway/troubles.ts";
import { nudge } from "../../src/gateway/waits-due.ts";
import { cardPost } from "../../src/runtime/voice/run-card.ts";
import { LeaseLost } from "../../src/store/errors.ts";
import { ana, createGatewayWorld, type GatewayWorld, texts, thread } from "./gateway-world.ts";

const hourMs = 3_600_000;
const question: QuestionAsk = { kind: "question", question: "Which region?", options: ["Europe"] };

let world: GatewayWorld;
afterEach(() => world.close());

async function begin(text: string, at = thread): Promise<Run> {
  await world.hear(text, { conversation: at });
  await world.settle();
  const run = await world.run(at);
  if (!run) throw new Error("There is no run");
  return run;
}

async function speak(run: Run): Promise<void> {
  await world.store.write((tx) => tx.runs.promise(run.id, world.clock.now()));
  await speakUp(world.gateway.desk, run.id);
  await world.settle();
}

async function again(run: Run): Promise<Run> {
  const found = await world.store.read((tx) => tx.runs.find(run.id));
  if (!found) throw new Error("The run is gone");
  return found;
}

describe("gateway/supervisor: what is known", () => {
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld();
    run = await begin("compare the vendors");
  });
  const said = (): readonly string[] => texts(world.held(), "notice");

  it("I13: says which step is running, and for how long", async () => {
    const lease = await world.work(run);
    await world.store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 1, run.spent);
      await tx.steps.start(lease, { n: 0, kind: "tool", tool: "fetch_url" }, world.clock.now());
      await tx.runs.renew("worker", [run.id], world.clock.now() + 2 * hourMs);
    });
    world.clock.jump(20 * 60_000);
    await speak(run);

    expect(said()).toEqual([expect.stringContaining("`fetch_url` has been running for 20 min")]);
  });

  it("I13: says that the worker is lost, and that another takes over", async () => {
    await world.work(run);
    world.clock.jump(60_000);
    await speak(run);

    expect(said()).toEqual([expect.stringContaining("stopped answering. Nothing is lost")]);
  });

  it("I13: says that nobody is there to work", async () => {
    world.clock.jump(hourMs);
    await speak(run);

    expect(said()).toEqual([expect.stringContaining("nothing that does the work is running")]);
  });
});

describe("gateway/supervisor: stops", () => {
  beforeEach(async () => {
    world = await createGatewayWorld();
  });

  it("SR1: ends a run over the head of a worker that does not obey, which can write nothing more", async () => {
    const run = await begin("compare the vendors");
    const lease = await world.work(run);
    await world.say(cardPost(run, { state: "Working", noted: [] }));
    await world.click("run.stop", run.id);
    await world.settle();
    expect((await again(run)).state).toBe("working");
    expect((await again(run)).checkInAt).toBeLessThanOrEqual(world.clock.now() + 3_000);

    await world.pass(3_000);
    await speakUp(world.gateway.desk, run.id);
    await world.settle();

    expect(await again(run)).toMatchObject({ state: "stopped" });
    expect(texts(world.held(), "result")).toEqual([expect.stringContaining("Stopped by Ana")]);
    await expect(world.store.write((tx) => tx.runs.advance(lease, 0, 1, run.spent))).rejects.toBeInstanceOf(
      LeaseLost,
    );
  });

  it("SR1: ends a run that was parked in the moment when it was stopped", async () => {
    const run = await begin("compare the vendors");
    const lease = await world.work(run);
    await world.click("run.stop", run.id);
    await world.settle();
    await world.store.write((tx) => tx.runs.park(lease, undefined));
    await speakUp(world.gateway.desk, run.id);
    await world.pass(3_000);
    await speakUp(world.gateway.desk, run.id);
    await world.settle();

    expect(await again(run)).toMatchObject({ state: "stopped" });
    expect(texts(world.held(), "result")).toHaveLength(1);
  });
});

describe("gateway/supervisor: runs whose time is over", () => {
  beforeEach(async () => {
    world = await createGatewayWorld();
  });

  it("I13 EX1: ends a run whose question nobody answers, with words and a way on", async () => {
    world.rules = { ...world.rules, budget: { steps: 500, hours: 2 } };
    const run = await begin("compare the vendors");
    await world.park(run, question);
    world.clock.jump(3 * hourMs);
    await speak(run);
    expect(await again(run)).toMatchObject({ state: "waiting" });
    const [wait] = await world.store.read((tx) => tx.waits.forRun(run.id));
    expect((await again(run)).checkInAt).toBe((wait?.createdAt ?? 0) + 24 * hourMs);
    world.clock.jump(22 * hourMs);
    await speak(run);

    expect(await again(run)).toMatchObject({ state: "expired", outcome: { code: "expired" } });
    const result = world.held().messages.find(({ message }) => message.kind === "result")?.message;
    expect(result).toMatchObject({
      outcome: "expired",
      text: expect.stringContaining("my question was not answered"),
      buttons: [{ action: "run.resume", label: "Go on" }, { action: "run.retry" }],
    });
    expect(world.held().statuses.at(-1)).toBe("active");
  });

  it("EX2: leaves a run without hours in its budget waiting", async () => {
    const run = await begin("compare the vendors");
    await world.park(run, question);
    world.clock.jump(1_000 * hourMs);
    await speak(run);

    expect(await again(run)).toMatchObject({ state: "waiting" });
    expect((await again(run)).checkInAt).toBeUndefined();
  });
});

describe("gateway/supervisor: troubles", () => {
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  const ids = createIds(() => Date.now());
  const look = async (): Promise<void> => {
    await tellTroubles(world.gateway.desk, ids);
    await world.settle();
  };
  /** As a worker leaves it whose call of the model failed `retries` times. */
  const backOff = async (run: Run, retries: number): Promise<void> => {
    const lease = await world.work(run);
    await world.store.write(async (tx) => {
      await tx.runs.advance(lease, 0, 1, run.spent);
      await tx.steps.start(lease, { n: 0, kind: "model" }, world.clock.now());
      await tx.runs.requeue(lease, world.clock.now() + 60_000, retries);
    });
  };
  const many = async (): Promise<Run[]> => {
    const runs: Run[] = [];
    for (let n = 0; n < 30; n += 1) runs.push(await begin(`work ${n}`, { ...thread, thread: `many${n}` }));
    return runs;
  };
  const notices = async () => {
    const conversations = await world.store.read((tx) => tx.conversations.list());
    return conversations
      .flatMap(({ address }) => world.held(address).messages)
      .filter(({ message }) => message.kind === "notice");
  };

  it("TR1: tells of 30 runs of a channel in one message, edits it as they change, and says when it is over", async () => {
    const runs = await many();
    for (const run of runs) await backOff(run, 3);
    await look();
    await look();
    expect(await notices()).toHaveLength(1);
    expect((await notices())[0]?.message).toMatchObject({
      text: expect.stringContaining("30 pieces of work here wait for it"),
    });
    for (const run of runs) {
      await world.store.write((tx) => tx.runs.promise(run.id, world.clock.now()));
      await speakUp(world.gateway.desk, run.id);
    }
    await world.settle();
    expect(await notices()).toHaveLength(1);

    const [first, ...others] = runs;
    for (const run of others) {
      await world.click("run.stop", run.id, {
        conversation: { ...thread, thread: `many${runs.indexOf(run)}` },
      });
    }
    await world.settle();
    await look();
    await world.pass(60_000);
    expect(await notices()).toHaveLength(1);
    expect((await notices())[0]?.message).toMatchObject({ text: expect.stringContaining("“work 0”") });

    await world.click("run.stop", first?.id ?? "", { conversation: { ...thread, thread: "many0" } });
    await world.settle();
    await look();
    await world.pass(60_000);
    expect(await notices()).toHaveLength(1);
    expect((await notices())[0]?.message).toMatchObject({ text: expect.stringContaining("answers again") });
    expect(await world.store.read((tx) => tx.troubles.list())).toEqual([]);
  });

  it("TR1: tells of one run in its own thread; a failure or two are nothing to tell", async () => {
    const run = await begin("compare the vendors");
    await backOff(run, 2);
    await look();
    expect(await notices()).toEqual([]);
    await world.store.write(async (tx) => {
      const lease = { run: run.id, epoch: 2, owner: "worker" };
      const now = world.clock.now() + 60_000;
      const { segment } = (await tx.runs.find(run.id)) ?? run;
      await tx.runs.claim({ run: run.id, segment }, "worker", 1_000, { perPerson: 9, perTenant: 9 }, now);
      await tx.runs.requeue(lease, now, 3);
    });
    await look();

    expect(texts(world.held(), "notice")).toEqual([
      expect.stringContaining("I keep trying, and go on with “compare the vendors”"),
    ]);
  });
});

describe("gateway/supervisor: marks left behind", () => {
  beforeEach(async () => {
    world = await createGatewayWorld();
  });

  it("takes a processing away that stands where nothing runs, once, and leaves the others", async () => {
    const orphan = await begin("lost work");
    const busy = { ...thread, thread: "busy" };
    await begin("work", busy);
    // The end of a run whose last mark was lost: the row says ended, and nobody said so.
    await world.store.write((tx) => tx.runs.settleIdle(orphan.id, "failed", { code: "run.bug" }, 0));
    expect(world.held().statuses).toEqual(["processing"]);

    expect(await clearOrphanMarks(world.gateway.desk, 1_000)).toBe(1);
    await world.settle();
    expect(await clearOrphanMarks(world.gateway.desk, 1_000)).toBe(0);

    expect(world.held().statuses).toEqual(["processing", "active"]);
    expect(world.held(busy).statuses).toEqual(["processing"]);
  });
});

describe("gateway/supervisor: quiet hours", () => {
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld({ quietHours: { from: "18:00", to: "09:00", weekends: true } });
    // The world's clock begins at some instant: a Wednesday noon in UTC is made of it.
    const noon = Date.parse("2026-11-25T12:00:00Z");
    world.clock.jump(noon - world.clock.now());
    run = await begin("compare the vendors");
    await world.say(cardPost(run, { state: "Working", noted: [] }));
    await world.work(run);
  });
  const at = (iso: string): void => world.clock.jump(Date.parse(iso) - world.clock.now());

  it("SU2: keeps still at night, edits the card all the same, and speaks in the morning", async () => {
    at("2026-11-25T20:00:00Z");
    await speak(run);
    expect(texts(world.held(), "notice")).toEqual([]);
    expect((await again(run)).checkInAt).toBe(Date.parse("2026-11-26T09:00:00Z"));
    await world.pass(60_000);
    const card = world.held().messages.find((one) => one.key.startsWith("card:"));
    expect(card?.edits).toBeGreaterThan(0);

    at("2026-11-26T09:00:00Z");
    await speakUp(world.gateway.desk, run.id);
    await world.settle();
    expect(texts(world.held(), "notice")).toHaveLength(1);
  });

  it("QT1: speaks at night to whoever asked within the hour", async () => {
    at("2026-11-25T20:00:00Z");
    await world.hear("only EU vendors");
    await world.settle();
    await speak(run);

    expect(texts(world.held(), "notice")).toHaveLength(1);
  });

  it("reminds of a question once, on the next morning", async () => {
    const other = { ...thread, thread: "asked" };
    const asking = await begin("ask me", other);
    const wait = await world.park(asking, question, { nudgeAt: Date.parse("2026-11-25T19:00:00Z") });
    at("2026-11-25T19:00:00Z");
    for (let n = 0; n < 3; n += 1) {
      const due = await world.store.write((tx) => tx.waits.takeNudges(world.clock.now(), 10));
      for (const one of due) await nudge(world.gateway.desk, one);
    }
    await world.settle();
    expect(texts(world.held(other), "attention")).toHaveLength(1);

    at("2026-11-26T09:00:00Z");
    const due = await world.store.write((tx) => tx.waits.takeNudges(world.clock.now(), 10));
    expect(due.map(({ id }) => id)).toEqual([wait.id]);
    for (const one of due) await nudge(world.gateway.desk, one);
    await world.settle();
    expect(texts(world.held(other), "attention")).toHaveLength(2);
    expect(ana.key).toBe(asking.subject);
  });
});
