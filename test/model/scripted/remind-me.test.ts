import { describe, expect, it } from "vitest";
import { remindMe } from "../../../src/model/scripted/recipes/remind-me.ts";
import { toStory } from "../../../src/model/scripted/story.ts";

const prague = " (Mon 23 Nov, 10:00 CET for Ana, in Europe/Prague)";

describe("model/scripted/recipes/remind-me", () => {
  it.each([
    ["", "in 10 minutes", "at 09:10 UTC"],
    [prague, "in 10 minutes", "at 10:10 CET"],
    [prague, "in 15 hours", "on Tuesday 24 November at 01:00 CET"],
  ])("tells the time by the clock of who asked%s, %s: %s", (zone, delay, told) => {
    const opening = `Ana asks:\n\nRemind me ${delay} to call Bo\n\nIt is now 2026-11-23T09:00:00.000Z${zone}.`;
    const story = toStory({
      model: "scripted",
      purpose: "work",
      instructions: "",
      messages: [{ role: "user", text: opening }],
      tools: [],
      maxOutputTokens: 100,
    });

    expect(JSON.stringify(remindMe.next(story))).toContain(`I will remind you ${told}: call Bo`);
  });
});
