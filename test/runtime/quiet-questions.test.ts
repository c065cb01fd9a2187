// Questions at night: posted at once, calling nobody, with the call when the night is over (QT1, QT2).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outgoing } from "../../src/domain/outbox.ts";
import type { Wait } from "../../src/domain/wait.ts";
import { calls, ScriptedModel } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const hour = 3_600_000;
const quietHours = { from: "18:00", to: "09:00", weekends: true };
const thursdayMorning = Date.parse("2026-11-26T09:00:00Z");

interface Asking {
  readonly at: string;
  /** When Ana asked for the work. */
  readonly begun?: string;
  readonly tool?: string;
  readonly args?: object;
}

describe("runtime: a question in quiet hours", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
  });
  afterEach(() => world.close());

  const setClock = (at: string): void => world.clock.jump(Date.parse(at) - world.clock.now());
  const asked = async (asking: Asking): Promise<{ readonly post: Outgoing; readonly wait: Wait }> => {
    const { at, begun = "2026-11-25T16:00:00Z", tool = "ask_person", args = {} } = asking;
    setClock(begun);
    await world.begin("Compare the vendors");
    setClock(at);
    const question = { question: "Which region?", options: ["EU", "US"] };
    const model = new ScriptedModel([calls([tool, tool === "ask_person" ? { ...question, ...args } : args])]);
    expect(await world.segment(model, { quietHours })).toBe("parked");
    const run = await world.run();
    const [wait] = await world.store.read((tx) => tx.waits.forRun(run.id));
    const post = (await world.posts()).at(-1);
    if (!wait || !post) throw new Error("Nothing was asked");
    return { wait, post };
  };

  it("QT2: is posted without a call, which comes in the morning", async () => {
    const { post, wait } = await asked({ at: "2026-11-25T23:00:00Z" });

    expect(post).toMatchObject({
      kind: "attention",
      about: "question",
      mentionName: "Ana",
      options: [{ label: "EU" }, { label: "US" }],
    });
    expect(post).not.toHaveProperty("mention");
    expect(wait).toMatchObject({ state: "open", nudgeAt: thursdayMorning });
  });

  it("QT2: shortly before the morning the call comes in that morning, not in the next", async () => {
    expect((await asked({ at: "2026-11-26T08:30:00Z" })).wait.nudgeAt).toBe(thursdayMorning);
  });

  it("QT2: with a default that applies later, the call comes before it", async () => {
    const args = { default: "EU", due_in_minutes: 24 * 60 };
    const { post, wait } = await asked({ at: "2026-11-25T23:00:00Z", args });

    expect(post).not.toHaveProperty("mention");
    expect(wait).toMatchObject({ nudgeAt: thursdayMorning, dueAt: thursdayMorning + 14 * hour });
  });

  it("says when a default applies, also where the model named no time: some hours after the reminder", async () => {
    const { post, wait } = await asked({ at: "2026-11-25T17:00:00Z", args: { default: "EU" } });

    expect(wait).toMatchObject({ nudgeAt: thursdayMorning, dueAt: thursdayMorning + 4 * hour });
    expect(post).toMatchObject({ footer: expect.stringMatching(/^Without an answer by .+ I go with: EU$/) });
  });

  it("calls at once outside of quiet hours, and reminds on the next working morning", async () => {
    const { post, wait } = await asked({ at: "2026-11-26T12:00:00Z" });

    expect(post).toMatchObject({ mention: ana });
    expect(wait.nudgeAt).toBe(thursdayMorning + 24 * hour);
  });

  it("QT1: calls at once at night whoever asked for it within the hour", async () => {
    const { post } = await asked({ begun: "2026-11-25T22:30:00Z", at: "2026-11-25T23:00:00Z" });

    expect(post).toMatchObject({ mention: ana });
  });

  it("QT2: a proposed schedule, which is void by the morning, calls at once", async () => {
    const args = { what: "Tell what is new", when: "0 9 * * 1-5", timezone: "Europe/Prague" };
    const { post, wait } = await asked({ at: "2026-11-25T23:00:00Z", tool: "schedule_task", args });

    expect(wait.ask.kind).toBe("schedule");
    expect(post).toMatchObject({ mention: ana });
  });
});
