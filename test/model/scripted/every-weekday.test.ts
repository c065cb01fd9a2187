import { describe, expect, it } from "vitest";
import { everyWeekday } from "../../../src/model/scripted/recipes/every-weekday.ts";
import type { Act, Story } from "../../../src/model/scripted/story.ts";
import { readWallTime } from "../../../src/domain/wall-time.ts";

const story = (request: string, acts: readonly Act[] = []): Story => ({
  request,
  acts,
  files: [],
  startedAt: undefined,
  steering: [],
  notes: "",
  tools: new Set(["schedule_task", "finish"]),
});

describe("model/scripted/recipes/every-weekday", () => {
  it.each([
    ["every weekday at 9, find invoice in the files", "0 9 * * 1-5"],
    ["Please every day at 7:30 summarise this", "30 7 * * *"],
    ["every Sunday at 12am: write a note: rest", "0 0 * * 0"],
    ["every friday at 5 pm write a note: go home", "0 17 * * 5"],
  ])("proposes it with a time that can be read: %s", (request, when) => {
    expect(everyWeekday.fits(story(request))).toBe(true);
    const next = everyWeekday.next(story(request));

    expect(JSON.stringify(next)).toContain(JSON.stringify(when));
    expect(readWallTime({ when, timeZone: "Europe/Prague" }, Date.UTC(2026, 10, 23)).kind).not.toBe(
      "invalid",
    );
  });

  it("takes the zone that is named", () => {
    const next = everyWeekday.next(story("every weekday at 9 in Europe/Prague, find Bo in the files"));

    expect(JSON.stringify(next)).toContain('"timezone":"Europe/Prague"');
    expect(JSON.stringify(next)).toContain('"what":"find Bo in the files"');
  });

  it.each(["every weekday at 25, find Bo", "every day at 13pm find Bo", "every day at 9"])(
    "sets nothing up that it can't read: %s",
    (request) => {
      const next = JSON.stringify(everyWeekday.next(story(request)));

      expect(next).toContain("Nothing was set up");
      expect(next).not.toContain("schedule_task");
    },
  );

  it("ends with what was decided", () => {
    const act = { name: "schedule_task", args: {}, result: "Approved by Ana." };

    expect(JSON.stringify(everyWeekday.next(story("every day at 9 find Bo", [act])))).toContain(
      "Approved by Ana.",
    );
  });
});
