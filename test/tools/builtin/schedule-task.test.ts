import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scheduleTask } from "../../../src/tools/builtin/schedule-task.ts";
import type { ToolContext, ToolOutcome } from "../../../src/tools/contract.ts";
import { toolContract } from "../../contracts/tool-contract.ts";
import { type FileToolWorld, openFileToolWorld } from "./tool-world.ts";

const now = Date.parse("2026-11-23T09:00Z");

describe("tools/builtin/schedule-task", () => {
  let world: FileToolWorld;
  beforeEach(async () => {
    world = await openFileToolWorld({ now: () => now });
  });
  afterEach(() => world.close());

  toolContract(scheduleTask, {
    valid: { what: "Tell what is new", when: "0 9 * * 1-5", timezone: "Europe/Prague" },
    open: () => openFileToolWorld({ now: () => now }),
  });

  const propose = async (args: object, context: Partial<ToolContext> = {}): Promise<ToolOutcome> => {
    const parsed = scheduleTask.parse({ what: "Tell what is new", ...args });
    if (parsed.kind === "invalid") throw new Error(parsed.problem);
    return parsed.call.run({ ...world.context, ...context });
  };

  it("asks with the first three dates", async () => {
    expect(await propose({ when: "0 9 * * 1-5", timezone: "Europe/Prague" })).toEqual({
      kind: "ask",
      ask: {
        kind: "schedule",
        what: "Tell what is new",
        when: "0 9 * * 1-5",
        timeZone: "Europe/Prague",
        next: [24, 25, 26].map((day) => Date.parse(`2026-11-${day}T08:00Z`)),
        askedAt: now,
      },
    });
  });

  it("takes the person's own zone when none is given", async () => {
    expect(await propose({ when: "2026-11-24T09:00" }, { timeZone: "America/New_York" })).toMatchObject({
      ask: { timeZone: "America/New_York", next: [Date.parse("2026-11-24T14:00Z")] },
    });
  });

  it.each([
    ["no zone is known", { when: "0 9 * * *" }, /time zone is not known here. Ask which one/],
    ["the zone is none", { when: "0 9 * * *", timezone: "Prague" }, /"Prague" is not a time zone/],
    ["it is too often", { when: "* * * * *", timezone: "UTC" }, /more often than every 10 minutes/],
    ["it is no time", { when: "daily", timezone: "UTC" }, /Write cron with five fields/],
    ["it has passed", { when: "2026-11-23T08:00", timezone: "UTC" }, /has passed already/],
  ])("proposes nothing when %s, and says what to do", async (_, args, told) => {
    await expect(propose(args)).rejects.toThrow(told);
  });
});
