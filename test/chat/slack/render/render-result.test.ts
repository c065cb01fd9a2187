import { describe, expect, it } from "vitest";
import { readClick } from "../../../../src/chat/slack/render/action-id.ts";
import { renderMessage } from "../../../../src/chat/slack/render/render-message.ts";
import type { ResultMessage } from "../../../../src/domain/outbox.ts";
import { aButton, aCard, aNotice, aResult } from "../../outgoing.ts";
import { ana, here, markupIn, stringsIn } from "./slack-outgoing.ts";

const up = aButton({ action: "feedback.up", value: "run_1", label: "Helpful" });
const down = aButton({ action: "feedback.down", value: "run_1", label: "Not helpful" });
const blocksOf = (result: Partial<ResultMessage>) => renderMessage(aResult(result), here).blocks ?? [];

describe("chat/slack/render/render-result", () => {
  it("ux c.6: outcome, body, footer, feedback", () => {
    const result = aResult({ mention: ana, buttons: [up, down] });

    expect(renderMessage(result, { ...here, detailsUrl: "https://deputy.example/runs/run_1" })).toEqual({
      text: "Done for Ana: Vendor B is the cheapest\nVendor B costs **12 %** less than A.\nAsked by Ana, took 4 min",
      blocks: [
        {
          type: "section",
          text: { type: "mrkdwn", text: "<@U0001> *Done* - Vendor B is the cheapest", verbatim: true },
        },
        { type: "markdown", text: "Vendor B costs **12 %** less than A." },
        {
          type: "context",
          elements: [
            {
              type: "mrkdwn",
              text: "Asked by Ana, took 4 min · <https://deputy.example/runs/run_1|Details>",
              verbatim: true,
            },
          ],
        },
        {
          type: "context_actions",
          elements: [
            {
              type: "feedback_buttons",
              action_id: "feedback",
              positive_button: { text: { type: "plain_text", text: "Helpful" }, value: "feedback.up run_1" },
              negative_button: {
                text: { type: "plain_text", text: "Not helpful" },
                value: "feedback.down run_1",
              },
            },
          ],
        },
      ],
    });
  });

  it("reads back which thumb it was", () => {
    const [element] = blocksOf({ buttons: [up, down] }).flatMap((block) =>
      block.type === "context_actions" ? block.elements : [],
    );
    if (element?.type !== "feedback_buttons") throw new Error("no feedback buttons");

    expect(readClick({ action_id: element.action_id ?? "", value: element.negative_button.value })).toEqual({
      action: "feedback.down",
      value: "run_1",
    });
  });

  it.each(["done", "failed", "stopped", "expired"] as const)("ux c.7: says %s as a word", (outcome) => {
    const [section] = blocksOf({ outcome });

    expect(stringsIn(section).join()).toMatch(new RegExp(`\\*${outcome}\\* - Vendor B`, "i"));
  });

  it("ux c.7: offers to try again", () => {
    const retry = aButton({ action: "run.retry", value: "run_1", label: "Try again", style: "primary" });

    expect(blocksOf({ outcome: "failed", buttons: [retry] }).at(-1)).toEqual({
      type: "actions",
      elements: [
        {
          type: "button",
          action_id: "run.retry",
          value: "run_1",
          text: { type: "plain_text", text: "Try again" },
          style: "primary",
        },
      ],
    });
  });

  it("shows one thumb alone as a button", () => {
    expect(stringsIn(blocksOf({ buttons: [down] }))).toContain("feedback.down");
  });

  it("c.0 rule 10: mentions nobody where the message does not", () => {
    expect(stringsIn(blocksOf({})).join()).not.toContain("<@");
  });

  it("c.0 rule 8: the first line has at most 90 characters besides the mention", () => {
    const [section] = blocksOf({ mention: ana, title: "word ".repeat(60) });
    const line = stringsIn(section).find((text) => text.includes("Done")) ?? "";

    expect(line.replace("<@U0001> ", "").replaceAll("*", "").length).toBeLessThanOrEqual(90);
  });

  it("c.0 rule 11: prose calls nobody", () => {
    const text = "<!here> <!channel|x> <!everyone> <!subteam^S1|@sales> <@U0666> <#C1|general> @channel @Ana";
    const { blocks, text: beside } = renderMessage(aResult({ text }), here);

    expect(stringsIn(blocks?.[1]).join()).not.toMatch(/<[!@#]/);
    expect(beside).not.toContain("<");
    expect(`${beside}${stringsIn(blocks).join()}`).not.toContain("@channel");
  });

  it("ux d.3: a result stands alone: neither a card to be edited, nor an answer inside a card", () => {
    const types = blocksOf({ buttons: [up, down] }).map((block) => block.type);

    expect(types).not.toContain("plan");
    expect(renderMessage(aCard({ state: "Done" }), here).blocks?.map((block) => block.type)).toEqual([
      "plan",
      "context",
    ]);
  });

  it("ux d.6: what is too long for one message is marked as cut, and its fences are closed", () => {
    const text = `Here it is:\n\n\`\`\`\n${"a line of the log\n".repeat(2_000)}\`\`\``;
    const [, markdown] = blocksOf({ text });
    const shown = markdown?.type === "markdown" ? markdown.text : "";

    expect(shown.length).toBeLessThanOrEqual(12_000);
    expect(shown.length).toBeGreaterThan(8_000);
    expect(shown).toMatch(/\n```\n\n\(Cut here, because it is too long for one message\.\)$/);
  });

  it("ux d.20: no picture from elsewhere is loaded or previewed", () => {
    const text =
      "See ![chart](https://evil.example/p.png?d=secret) and <img src='https://evil.example/q.png'>";
    const { blocks } = renderMessage(aResult({ text, footer: text, title: text }), here);

    expect(blocks?.map((block) => block.type)).toEqual(["section", "markdown", "context"]);
    expect(stringsIn(blocks)).not.toContain("image");
    for (const text of markupIn(blocks)) expect(text).not.toMatch(/<|(?<!`)https:\/\//);
    expect(stringsIn(blocks?.[1])[1]).toContain("[picture: chart] `https://evil.example/p.png?d=secret`");
  });

  it("a notice is prose and nothing else", () => {
    expect(renderMessage(aNotice("I'm **quiet** now."), here)).toEqual({
      text: "I'm **quiet** now.",
      blocks: [{ type: "markdown", text: "I'm **quiet** now." }],
    });
  });

  it("RM2: a message without words says that it has none", () => {
    expect(renderMessage(aNotice(" \n "), here)).toEqual({
      text: "(This message has no words.)",
      blocks: [],
    });
  });
});
