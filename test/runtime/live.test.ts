// What a run shows of itself before it is said (LV1 to LV3), to a voice that writes down what it is given.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asPersonKey, asScheduleId, asTenantId } from "../../src/domain/ids.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import { ModelError } from "../../src/model/errors.ts";
import type { LiveVoice } from "../../src/runtime/live-voice.ts";
import { calls, ScriptedModel, type ScriptedStep, says } from "../fakes/scripted-model.ts";
import { createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const dm: ConversationAddress = {
  platform: "local",
  tenant: asTenantId("local"),
  kind: "dm",
  channel: "dm-ana",
  thread: "d1",
};
const plan = { title: "Compare", steps: ["a", "b", "c"].map((text) => ({ text, state: "todo" })) };

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

function voice() {
  const shown: string[] = [];
  let allowed: () => boolean = () => false;
  const live: LiveVoice = {
    open(_run, _conversation, may) {
      allowed = may;
      const note = (word: string) => () => void shown.push(word);
      return {
        status: (line) => void shown.push(line),
        answer: (text) => void shown.push(`> ${text}`),
        breakOff: note("broken off"),
        close: note("closed"),
      };
    },
  };
  return { live, shown, may: () => allowed() };
}

/** Writes its answer piece by piece. */
function writing(...pieces: readonly string[]): ScriptedStep {
  const json = pieces.join("");
  return (_request, { onCall }) => {
    for (const delta of pieces) onCall?.({ place: 0, name: "finish", delta });
    return calls(["finish", json]);
  };
}
const finishing = writing('{"summary": "Vendor B', ' is the cheapest."}');
const whole = ["> Vendor B", "> Vendor B is the cheapest."];

async function runs(steps: readonly ScriptedStep[], given = voice(), more: object = {}): Promise<string[]> {
  await world.segment(new ScriptedModel(steps), { live: given.live, ...more });
  return given.shown;
}

describe("runtime/live", () => {
  it("shows what it is at, and the answer as it is written; then what is said is said as ever", async () => {
    await world.begin("Compare the vendors", { place: dm });
    expect(await runs([finishing])).toEqual([
      "broken off",
      "Working: Compare the vendors",
      ...whole,
      "closed",
    ]);
    expect((await world.run()).outcome?.summary).toBe("Vendor B is the cheapest.");
  });

  it("LV3: stores nothing of it: the journal is the same with and without", async () => {
    const journal = async (live?: LiveVoice) => {
      const loop = await createLoopWorld();
      await loop.begin("Compare the vendors", { place: dm });
      await loop.segment(new ScriptedModel([finishing]), live ? { live } : {});
      const run = await loop.run();
      const steps = await loop.store.read((tx) => tx.steps.list(run.id, 0));
      await loop.close();
      return JSON.stringify(steps.map(({ kind, arguments: given, result }) => [kind, given, result])).replace(
        /call_\d+/g,
        "call",
      );
    };
    expect(await journal(voice().live)).toBe(await journal());
  });

  it("says nothing beside the card", async () => {
    await world.begin("Compare the vendors", { place: dm });
    const shown = await runs([calls(["set_plan", plan]), finishing]);
    expect(shown.filter((line) => line.startsWith("Working"))).toEqual(["Working: Compare the vendors"]);
    expect(shown.slice(-3)).toEqual([...whole, "closed"]);
  });

  it("takes back what turned out not to be the end: a call that failed is made again", async () => {
    await world.begin("Compare the vendors", { place: dm });
    const cut: ScriptedStep = (_request, { onCall }) => {
      onCall?.({ place: 0, name: "finish", delta: '{"summary": "Vendor A' });
      throw new ModelError("model.unavailable", "the connection broke", { retry: { kind: "backoff" } });
    };
    const shown = await runs([cut]);
    expect(shown).toEqual([
      "broken off",
      "Working: Compare the vendors",
      "> Vendor A",
      "broken off",
      "closed",
    ]);
  });

  it("takes back a finish that came to nothing", async () => {
    await world.begin("Compare the vendors", { place: dm });
    const missing = writing('{"summary": "Here.", "files": ["none.txt"]}');
    expect(await runs([missing, finishing])).toEqual([
      "broken off",
      "Working: Compare the vendors",
      "> Here.",
      "broken off",
      "Working: Compare the vendors",
      ...whole,
      "closed",
    ]);
  });

  it.each([
    ["in a channel", {}],
    ["of what a schedule began", { place: dm, schedule: asScheduleId("sch_1") }],
    ["of what a program began", { place: dm, through: "an IDE" }],
  ])("LV1: shows nothing %s", async (_where, options) => {
    await world.begin("Compare the vendors", options);
    expect(await runs([finishing])).toEqual([]);
  });

  it("LV1: shows nothing in quiet hours", async () => {
    await world.begin("Compare the vendors", { place: dm });
    await world.clock.advance(2 * 3_600_000);
    const quietHours = { from: "00:00", to: "23:59", weekends: true };
    expect(await runs([finishing], voice(), { quietHours })).toEqual(["broken off", "closed"]);
  });

  it("LV1, OUT-4: shows nothing once it has seen private matters that are not that person's", async () => {
    const run = await world.begin("Compare the vendors", { place: dm });
    const taint = privateMarks(asPersonKey("local:local:bo"));
    await world.store.write((tx) => tx.runs.patch(run.id, { taint }));
    expect(await runs([finishing])).toEqual(["broken off", "closed"]);
    expect(await runs([says("never asked")])).toEqual([]);
  });

  it("LV2: may show nothing when the lease is gone, or a stop was asked for", async () => {
    await world.begin("Compare the vendors", { place: dm });
    const given = voice();
    let mine = true;
    const stop = new AbortController();
    const asked: ScriptedStep = (_request, { onCall }) => {
      expect(given.may()).toBe(true);
      mine = false;
      expect(given.may()).toBe(false);
      mine = true;
      stop.abort();
      expect(given.may()).toBe(false);
      onCall?.({ place: 0, name: "finish", delta: '{"summary": "late"}' });
      return says("late");
    };
    await runs([asked], given, { control: { stop: stop.signal, stillMine: () => mine } });
    expect((await world.run()).state).toBe("stopped");
  });
});
