// What a run makes of its conversation's session mark: suspended when a person must act, active at every end (ux d.15).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asTenantId, asWaitId } from "../../src/domain/ids.ts";
import { ModelError } from "../../src/model/errors.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

describe("runtime/session-marks", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
  });
  afterEach(() => world.close());

  const marks = async () => (await world.said()).flatMap(({ op }) => (op.op === "status" ? [op] : []));
  const statuses = async () => (await marks()).map(({ status }) => status);
  const answer = async (text: string): Promise<void> => {
    const run = await world.run();
    await world.store.write(async (tx) => {
      const [wait] = await tx.waits.forRun(run.id);
      const given = { answer: text, by: ana, byName: "Ana", via: "button" } as const;
      await tx.waits.resolve(wait?.id ?? asWaitId("none"), given, world.clock.now());
      await tx.runs.wake(run.id);
    });
  };

  it("is active when the work is done, and says what it was about and who began it", async () => {
    await world.begin("What is 2 + 2?");
    await world.segment(new ScriptedModel([says("Four.")]));

    expect(await marks()).toEqual([{ op: "status", status: "active", title: "What is 2 + 2?", by: ana }]);
  });

  it("has the title that the plan gave the work", async () => {
    await world.begin("pls sum up");
    const steps = ["Read", "Count", "Report"].map((text) => ({ text, state: "todo" }));
    const plan = calls(["set_plan", { title: "Sum up the report", steps }]);
    await world.segment(new ScriptedModel([plan, says("Done.")]));

    expect(await marks()).toMatchObject([{ title: "Sum up the report" }]);
  });

  it("is suspended for a question, processing after the answer, active at the end", async () => {
    await world.begin("Compare");
    await world.segment(
      new ScriptedModel([calls(["ask_person", { question: "Which?", options: ["A", "B"] }])]),
    );
    expect(await statuses()).toEqual(["suspended"]);

    await answer("A");
    await world.segment(new ScriptedModel([says("A it is.")]));
    expect(await statuses()).toEqual(["suspended", "processing", "active"]);
  });

  it("is suspended at the budget, and active when the run finishes with what it has", async () => {
    await world.begin("Costly", { budget: { steps: 1 } });
    await world.segment(new ScriptedModel([calls(["list_files", {}])]));
    expect(await statuses()).toEqual(["suspended"]);

    await answer("finish");
    await world.segment(new ScriptedModel([says("What I have.")]));
    expect(await statuses()).toEqual(["suspended", "processing", "active"]);
  });

  it.each([
    ["the model refuses for good", new ModelError("model.unauthorized", "no", { retry: { kind: "never" } })],
    ["of a bug", new TypeError("cannot read properties of undefined")],
  ])("is active when the run fails because %s", async (_why, error) => {
    await world.begin("Try");
    await world.segment(new ScriptedModel([error]));

    expect((await world.run()).state).toBe("failed");
    expect(await statuses()).toEqual(["active"]);
  });

  it("is active when a working run is stopped", async () => {
    await world.begin("Long work");
    const stop = new AbortController();
    const model = new ScriptedModel([
      () => {
        stop.abort();
        return says("too late");
      },
    ]);
    await world.segment(model, { control: { stop: stop.signal } });

    expect((await world.run()).state).toBe("stopped");
    expect(await statuses()).toEqual(["active"]);
  });

  it("tells a default's time in the zone of the person who is asked", async () => {
    await world.begin("Compare");
    await world.store.write((tx) =>
      tx.people.see(
        { key: ana, name: "Ana", kind: "member", timeZone: "Asia/Tokyo" },
        asTenantId("local"),
        world.clock.now(),
      ),
    );
    const ask = { question: "Which?", options: ["A", "B"], default: "A", due_in_minutes: 60 };
    await world.segment(new ScriptedModel([calls(["ask_person", ask])]));

    expect((await world.posts()).at(-1)).toMatchObject({
      kind: "attention",
      footer: "Without an answer by Mon 23 Nov, 19:00 GMT+9 I go with: A",
    });
  });

  it("T-S3: tells the model in which language somebody reads their chat, after the time of day where they are", async () => {
    await world.begin("Compare");
    const described = {
      key: ana,
      name: "Ana",
      kind: "member",
      timeZone: "Asia/Tokyo",
      locale: "ja-JP",
    } as const;
    await world.store.write((tx) => tx.people.see(described, asTenantId("local"), world.clock.now()));
    const model = new ScriptedModel([says("Done.")]);
    await world.segment(model);

    expect(JSON.stringify(model.requests[0]?.messages)).toMatch(
      /, in Asia\/Tokyo\)\. \S+ reads their chat in ja-JP\./,
    );
  });
});
