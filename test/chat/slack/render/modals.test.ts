import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reasonsAgainst } from "../../../../src/chat/slack/render/block-limits.ts";
import {
  answerModal,
  askModal,
  feedbackModal,
  feedbackReasons,
  modalFields,
  modalIds,
} from "../../../../src/chat/slack/render/modals.ts";
import { anyText } from "./any-outgoing.ts";
import { markupIn, stringsIn } from "./slack-outgoing.ts";

const privateMetadata = '{"channel":"C01"}';

describe("chat/slack/render/modals", () => {
  it("asks for an answer in own words, under the question", () => {
    expect(answerModal({ title: "Which region?", privateMetadata })).toEqual({
      type: "modal",
      callback_id: modalIds.answer,
      title: { type: "plain_text", text: "Your answer" },
      submit: { type: "plain_text", text: "Send" },
      close: { type: "plain_text", text: "Cancel" },
      private_metadata: privateMetadata,
      blocks: [
        { type: "section", text: { type: "plain_text", text: "Which region?" }, expand: true },
        {
          type: "input",
          block_id: "text",
          label: { type: "plain_text", text: "Your answer" },
          element: {
            type: "plain_text_input",
            action_id: "text",
            multiline: true,
            max_length: 3_000,
            focus_on_load: true,
          },
        },
      ],
    });
  });

  it("ux c.11: asks what was wrong, in a choice and in words that may be left out", () => {
    const [reasons, words] = feedbackModal(privateMetadata).blocks;

    for (const reason of feedbackReasons) expect(stringsIn(reasons)).toContain(reason);
    expect(words).toMatchObject({ type: "input", block_id: modalFields.text, optional: true });
  });

  it("asks for a task, and where to work where that is open", () => {
    expect(askModal({ privateMetadata }).blocks).toHaveLength(1);
    expect(askModal({ about: "March", privateMetadata }).blocks[1]).toEqual({
      type: "context",
      elements: [{ type: "plain_text", text: "About: March" }],
    });
    expect(askModal({ chooseConversation: true, privateMetadata }).blocks[1]).toMatchObject({
      block_id: modalFields.conversation,
      element: { type: "conversations_select", default_to_current_conversation: true },
    });
  });

  it("MO1: hands back what it was given", () => {
    for (const view of [
      answerModal({ title: "", privateMetadata }),
      feedbackModal(privateMetadata),
      askModal({ privateMetadata }),
    ]) {
      expect(view.private_metadata).toBe(privateMetadata);
    }
  });

  it("MO2 OUT-1 to OUT-3: whatever was said, the form keeps Slack's limits and has no markup", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const view of [
          answerModal({ title: text, privateMetadata }),
          askModal({ about: text, privateMetadata }),
        ]) {
          expect(reasonsAgainst(view)).toEqual([]);
          expect(markupIn(view)).toEqual([]);
          expect(JSON.stringify(view)).not.toMatch(/"type":"image"|image_url/);
        }
      }),
      { numRuns: 100 },
    );
  });
});
