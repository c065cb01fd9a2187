import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asScheduleId, asTenantId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import type { Wait } from "../../src/domain/wait.ts";
import type { ModelRequest } from "../../src/model/contract.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const id = asScheduleId("sch_1");
const nothingNew = calls(["finish", { summary: "Looked at 12 tickets.", nothing_new: true }]);

describe("runtime/scheduled", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
    const tenant = asTenantId("local");
    const schedule: Schedule = {
      id,
      tenant,
      agent: "deputy",
      source: "chat",
      name: "Tickets",
      owner: ana,
      place: { platform: "local", tenant, kind: "channel", channel: "sales", thread: "t1" },
      what: "Tell what is new",
      when: "0 9 * * 1-5",
      timeZone: "Europe/Prague",
      state: "active",
      createdAt: world.clock.now(),
    };
    await world.store.write((tx) => tx.schedules.add(schedule));
  });
  afterEach(() => world.close());

  const fire = (): Promise<Run> => world.begin("Tell what is new", { schedule: id });
  const firstTime = async (summary = "Three new tickets."): Promise<void> => {
    await fire();
    await world.segment(new ScriptedModel([calls(["finish", { summary }])]));
    world.clock.jump(24 * 3_600_000);
  };
  const toldIn = (request: ModelRequest | undefined): string =>
    (request?.messages ?? []).map((message) => ("text" in message ? message.text : "")).join("\n");
  const waiting = async (run: Run): Promise<Wait | undefined> =>
    (await world.store.read((tx) => tx.waits.forRun(run.id))).find(({ state }) => state === "open");

  describe("a run of a schedule", () => {
    it("SR2: ends without a word if nothing is new, and keeps what it looked at", async () => {
      await firstTime();
      const before = (await world.posts()).length;
      await fire();
      await world.segment(new ScriptedModel([nothingNew]));

      expect(await world.posts()).toHaveLength(before);
      expect(await world.run()).toMatchObject({
        state: "done",
        outcome: { code: "nothing_new", summary: "Looked at 12 tickets." },
      });
      const marks = (await world.said()).flatMap(({ op }) => (op.op === "status" ? [op.status] : []));
      expect(marks.at(-1)).toBe("active");
    });

    it("SR2: says what is new, to its owner", async () => {
      await firstTime();
      await fire();
      await world.segment(new ScriptedModel([calls(["finish", { summary: "One more." }])]));

      expect((await world.posts()).at(-1)).toMatchObject({ kind: "result", text: "One more.", mention: ana });
    });

    it("SR2: speaks the first time, whatever the model says: there is nothing to compare with", async () => {
      await fire();
      const model = new ScriptedModel([nothingNew]);
      await world.segment(model);

      expect(await world.posts()).toMatchObject([{ kind: "result", text: "Looked at 12 tickets." }]);
      expect(toldIn(model.requests[0])).toContain("It is the first time");
    });

    it("SR2: speaks to somebody who said something to it", async () => {
      await firstTime();
      const run = await fire();
      await world.store.write((tx) =>
        tx.mailbox.add({
          run: run.id,
          kind: "steer",
          from: ana,
          fromName: "Ana",
          text: "And the old ones?",
          files: [],
          messageId: "m1",
          sentAt: world.clock.now(),
        }),
      );
      await world.segment(new ScriptedModel([nothingNew]));

      expect((await world.posts()).at(-1)).toMatchObject({ kind: "result" });
    });

    it("SR2: speaks after it has asked something", async () => {
      await firstTime();
      const run = await fire();
      await world.segment(new ScriptedModel([calls(["ask_person", { question: "All of them?" }])]));
      const wait = await waiting(run);
      await world.store.write(async (tx) => {
        if (wait) await tx.waits.resolve(wait.id, { answer: "Yes", via: "button" }, world.clock.now());
        await tx.runs.wake(run.id);
      });
      await world.segment(new ScriptedModel([nothingNew]));

      expect((await world.posts()).at(-1)).toMatchObject({ kind: "result" });
    });

    it("tells the model when it comes round and how the last time came out", async () => {
      await firstTime("Three new tickets: A, B and C.");
      await fire();
      const model = new ScriptedModel([nothingNew]);
      await world.segment(model);

      const told = toldIn(model.requests[0]);
      expect(told).toContain("Ana asks on a schedule:\n\nTell what is new");
      expect(told).toContain("This comes round by itself: Every weekday at 09:00 Europe/Prague.");
      expect(told).toContain("The last time (Mon 23 Nov 10:00) came out as:\nThree new tickets: A, B and C.");
    });

    it("SR1: shows no card and promises nothing, with a plan or after a long time", async () => {
      await fire();
      const plan = {
        title: "Tickets",
        steps: ["Read", "Compare", "Report"].map((text) => ({ text, state: "todo" })),
      };
      await world.segment(
        new ScriptedModel([
          calls(["set_plan", plan]),
          () => {
            world.clock.jump(60_000);
            return calls(["check_in", { text: "Reading." }]);
          },
          says("Done."),
        ]),
      );

      expect((await world.posts()).map(({ kind }) => kind)).toEqual(["result"]);
      expect(await world.run()).not.toHaveProperty("checkInAt");
    });

    it("SR3: has no tool to set up schedules", async () => {
      await fire();
      const model = new ScriptedModel([says("Done.")]);
      await world.segment(model);

      expect(model.requests[0]?.tools.map(({ name }) => name)).not.toContain("schedule_task");
    });
  });

  describe("a run that a person asked for", () => {
    it("is offered no end without a word, and has none", async () => {
      await world.begin("Tell what is new");
      const model = new ScriptedModel([nothingNew]);
      await world.segment(model);

      const offered = model.requests[0]?.tools.find(({ name }) => name === "finish");
      expect(JSON.stringify(offered)).not.toContain("nothing_new");
      expect(await world.posts()).toMatchObject([{ kind: "result", text: "Looked at 12 tickets." }]);
    });

    describe("that proposes a schedule", () => {
      const proposal = calls([
        "schedule_task",
        { what: "Tell what is new", when: "0 9 * * 1-5", timezone: "Europe/Prague" },
      ]);
      const decide = async (run: Run, answer: string): Promise<string> => {
        const wait = await waiting(run);
        await world.store.write(async (tx) => {
          const given = { answer, by: ana, byName: "Ana", via: "button" } as const;
          if (wait) await tx.waits.resolve(wait.id, given, world.clock.now());
          await tx.runs.wake(run.id);
        });
        const model = new ScriptedModel([says("Noted.")]);
        await world.segment(model);
        const result = model.requests[0]?.messages.findLast(({ role }) => role === "tool");
        return JSON.stringify(result);
      };

      it("parks on an approval that ends by itself, with its card posted", async () => {
        const run = await world.begin("Every weekday at nine, tell me what is new");
        expect(await world.segment(new ScriptedModel([proposal]))).toBe("parked");

        expect(await waiting(run)).toMatchObject({
          kind: "approval",
          asked: ana,
          dueAt: world.clock.now() + 30 * 60_000,
          ask: {
            kind: "schedule",
            when: "0 9 * * 1-5",
            timeZone: "Europe/Prague",
            next: [24, 25, 26].map((day) => Date.parse(`2026-11-${day}T08:00Z`)),
          },
        });
        expect((await world.posts()).at(-1)).toMatchObject({ kind: "attention", about: "approval" });
      });

      it("I4: asks once, whatever crash comes between", async () => {
        await world.begin("Every weekday at nine, tell me what is new");
        await world
          .segment(new ScriptedModel([proposal]), { failAt: "tool.after-act" })
          .catch(() => undefined);
        await world.restart();
        world.clock.jump(20_000);
        await world.segment(new ScriptedModel([]));

        const asked = (await world.posts()).filter(({ kind }) => kind === "attention");
        expect(asked).toHaveLength(1);
      });

      it.each([
        ["Approve", /Ana approved. Scheduled as sch_\w+: Every weekday at 09:00 Europe\/Prague/],
        ["Deny", /Ana denied it. Nothing is scheduled/],
        ["not setting it up", /Nobody decided in time. Nothing is scheduled/],
        ["Approve, after its time had passed", /its time had passed by then. Nothing is scheduled/],
      ])("is told what came of it: %s", async (answer, told) => {
        const run = await world.begin("Every weekday at nine, tell me what is new");
        await world.segment(new ScriptedModel([proposal]));

        expect(await decide(run, answer)).toMatch(told);
      });
    });
  });
});
