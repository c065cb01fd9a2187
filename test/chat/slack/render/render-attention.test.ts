import { describe, expect, it } from "vitest";
import { reasonsAgainst } from "../../../../src/chat/slack/render/block-limits.ts";
import { renderMessage } from "../../../../src/chat/slack/render/render-message.ts";
import { asPersonKey } from "../../../../src/domain/ids.ts";
import type { Attention } from "../../../../src/domain/outbox.ts";
import { aButton } from "../../outgoing.ts";
import { aQuestion, here, markupIn, options, stringsIn } from "./slack-outgoing.ts";

const freeText = aButton({ value: "wait_1", label: "Something else" });
const blocksOf = (attention: Partial<Attention> = {}) =>
  renderMessage(aQuestion(attention), here).blocks ?? [];
const labelsOf = (attention: Partial<Attention>) =>
  blocksOf(attention).flatMap((block) =>
    block.type === "actions"
      ? block.elements.flatMap((one) => (one.type === "button" ? [one.text.text] : []))
      : [],
  );

describe("chat/slack/render/render-attention", () => {
  it("ux c.3: a question mentions who must answer, has buttons and says what happens without an answer", () => {
    const question = aQuestion({
      title: "Sales report",
      text: "Which region should it cover?",
      options: [aButton({ style: "primary" }), aButton({ value: "wait_1.1", label: "World" })],
      freeText,
      footer: "Without an answer by 2026-11-23 17:00 UTC I go with: Europe",
    });

    expect(renderMessage(question, here)).toEqual({
      text: [
        "Question for Ana: Sales report",
        "Which region should it cover?",
        "Reply 1: Europe",
        "Reply 2: World",
        "Or reply in your own words.",
        "Without an answer by 2026-11-23 17:00 UTC I go with: Europe",
      ].join("\n"),
      blocks: [
        {
          type: "section",
          text: { type: "mrkdwn", text: "*Question for* <@U0001>: Sales report", verbatim: true },
        },
        { type: "markdown", text: "Which region should it cover?" },
        {
          type: "actions",
          elements: [
            {
              type: "button",
              action_id: "question.answer",
              value: "wait_1.0",
              text: { type: "plain_text", text: "Europe" },
              style: "primary",
            },
            {
              type: "button",
              action_id: "question.answer:1",
              value: "wait_1.1",
              text: { type: "plain_text", text: "World" },
            },
            {
              type: "button",
              action_id: "question.answer:2",
              value: "wait_1",
              text: { type: "plain_text", text: "Something else" },
            },
          ],
        },
        {
          type: "context",
          elements: [
            {
              type: "mrkdwn",
              text: "Without an answer by <!date^1795453200^{date_short_pretty} {time}|2026-11-23 17:00 UTC> I go with: Europe",
              verbatim: true,
            },
          ],
        },
      ],
    });
  });

  it("RA3: five options are a select, and something else stays a button", () => {
    const [, , select, more] = blocksOf({ options: options(5), freeText });

    expect(select).toEqual({
      type: "actions",
      elements: [
        {
          type: "static_select",
          action_id: "question.answer",
          placeholder: { type: "plain_text", text: "Choose" },
          options: options(5).map(({ label, value }) => ({
            text: { type: "plain_text", text: label },
            value,
          })),
        },
      ],
    });
    expect(stringsIn(more)).toContain("Something else");
  });

  it("RA3: options that a select can't send stay buttons", () => {
    const mixed = [
      ...options(4),
      aButton({ action: "run.stop", value: "run_1", label: "Stop", confirm: "Stop?" }),
    ];

    expect(labelsOf({ options: mixed })).toEqual(["Region 1", "Region 2", "Region 3", "Region 4", "Stop"]);
  });

  it("c.0 rule 8: a label has at most 24 characters, and what is cut is written out under its number", () => {
    const long = options(2, (n) => `Only the customers of the ${n === 0 ? "northern" : "southern"} region`);
    const blocks = blocksOf({ options: long, freeText });

    for (const label of labelsOf({ options: long, freeText })) expect(label.length).toBeLessThanOrEqual(24);
    expect(blocks[2]).toMatchObject({
      text: {
        text: "1. Only the customers of the northern region\n2. Only the customers of the southern region",
      },
    });
    expect(labelsOf({ options: long })).toEqual(["1. Only the customers…", "2. Only the customers…"]);
  });

  it("takes a hundred options, and says so where there are more", () => {
    const message = renderMessage(
      aQuestion({ options: options(140, (n) => `${n} ${"long ".repeat(40)}`) }),
      here,
    );

    expect(reasonsAgainst(message)).toEqual([]);
    expect(stringsIn(message.blocks)).toContain("40 more are not listed: reply in your own words.");
  });

  it("c.0 rule 7: decided, it has no controls and no mention, and says who chose what", () => {
    const decided = "Ana: Europe (14:07 UTC)";

    for (const about of ["question", "budget", "doubt", "approval", "grant"] as const) {
      const blocks = blocksOf({ about, decided, options: options(3), freeText, footer: "soon" });

      expect(blocks.map((block) => block.type)).toEqual(["section", "markdown", "section"]);
      expect(blocks.at(-1)).toMatchObject({ text: { type: "plain_text", text: `Decided - ${decided}` } });
      expect(stringsIn(blocks).join()).not.toContain("<@");
    }
  });

  it("shows an approval with the labels of the design", () => {
    const approval = [
      aButton({ action: "approval.approve", label: "Approve", style: "primary" }),
      aButton({ action: "approval.deny", label: "Deny", style: "danger" }),
      aButton({ action: "approval.edit", label: "Edit" }),
      aButton({ action: "approval.view", label: "View all" }),
    ];

    expect(labelsOf({ about: "approval", options: approval })).toEqual([
      "Approve",
      "Deny",
      "Edit",
      "View all",
    ]);
    expect(stringsIn(blocksOf({ about: "approval" }))).toContainEqual(
      expect.stringMatching(/^\*Approval needed from\* <@U0001>/),
    );
  });

  it("does not say the same twice where text and title are one", () => {
    expect(blocksOf({ title: "Which?", text: "Which?" }).map((block) => block.type)).toEqual([
      "section",
      "actions",
    ]);
  });

  it("says in full what the first line has no room for", () => {
    const text = `Which of these? ${"word ".repeat(60)}`.trim();

    expect(stringsIn(blocksOf({ title: text, text }))).toContain(text);
  });

  it.each([
    ["local:local:ana", "Ana"],
    ["slack:T9999:U0001", "Ana"],
    ["slack:T0001:U1>", "Ana"],
    ["slack:E0001:W0001", "<@W0001>"],
  ])("c.0 rule 10: %s is called %s", (key, called) => {
    expect(stringsIn(blocksOf({ mention: asPersonKey(key) }))).toContainEqual(
      expect.stringMatching(new RegExp(`^\\*Question for\\* ${called}:`)),
    );
  });

  it("calls people of every workspace where it is installed for an organisation", () => {
    const { blocks } = renderMessage(aQuestion(), { team: "E0001" });

    expect(stringsIn(blocks).join()).toContain("*Question for* <@U0001>:");
  });

  it("c.0 rule 11: names, titles and options of others call nobody", () => {
    const evil = "<!channel> <@U0666> <https://evil.example|x>";
    const message = renderMessage(
      aQuestion({
        title: evil,
        text: `${evil} and more`,
        mention: asPersonKey("local:local:ana"),
        mentionName: evil,
        footer: evil,
        options: options(2, () => evil),
      }),
      here,
    );

    expect(markupIn(message)).toHaveLength(3);
    for (const text of markupIn(message)) expect(text).not.toMatch(/<|(?<!`)https:\/\//);
    expect(message.text).not.toContain("<");
  });
});
