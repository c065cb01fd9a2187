import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actionIdAt,
  feedbackControl,
  feedbackValue,
  isLinkControl,
  parseActionId,
  readClick,
} from "../../../../src/chat/slack/render/action-id.ts";
import { actionIds } from "../../../../src/domain/actions.ts";

describe("chat/slack/render/action-id", () => {
  it("AI1: the first has the bare name, the next ones a number", () => {
    expect([0, 1, 2].map((n) => actionIdAt("question.answer", n))).toEqual([
      "question.answer",
      "question.answer:1",
      "question.answer:2",
    ]);
  });

  it("AI2: reads back every name it makes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...actionIds), fc.nat(99), (action, n) => {
        expect(parseActionId(actionIdAt(action, n))).toBe(action);
      }),
    );
  });

  it.each(["", "question", "question.answer:x", "question.answer2", "toString", "__proto__:1"])(
    "AI2: %s is none of ours",
    (id) => {
      expect(parseActionId(id)).toBeUndefined();
      expect(readClick({ action_id: id, value: "x" })).toBeUndefined();
    },
  );

  it("reads a button and a choice in a select alike", () => {
    const click = { action: "question.answer", value: "wait_1.3" };

    expect(readClick({ action_id: "question.answer:3", value: "wait_1.3" })).toEqual(click);
    expect(readClick({ action_id: "question.answer", selected_option: { value: "wait_1.3" } })).toEqual(
      click,
    );
  });

  it.each(["feedback.up", "feedback.down"] as const)(
    "AI3: reads %s from the value of the one control",
    (action) => {
      const value = feedbackValue(action, "run 1");

      expect(readClick({ action_id: feedbackControl, value })).toEqual({ action, value: "run 1" });
    },
  );

  it.each(["run.stop run_1", "feedback.up:1x run_1", "", "run_1"])("AI3: no thumb says %s", (value) => {
    expect(readClick({ action_id: feedbackControl, value })).toBeUndefined();
  });

  it("knows a link by its name", () => {
    expect(["link", "link:1", "run.stop"].map(isLinkControl)).toEqual([true, true, false]);
  });
});
