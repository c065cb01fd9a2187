import { describe, expect, it } from "vitest";
import { reasonsAgainst } from "../../../../src/chat/slack/render/block-limits.ts";
import { renderMessage } from "../../../../src/chat/slack/render/render-message.ts";
import { cardStates, type RunCard } from "../../../../src/domain/outbox.ts";
import { aButton, aCard } from "../../outgoing.ts";
import { here, stringsIn } from "./slack-outgoing.ts";

const stop = aButton({
  action: "run.stop",
  value: "run_1",
  label: "Stop",
  style: "danger",
  confirm: "Stop this run? Files made so far are kept.",
});
const started = "<!date^1795424400^{date_short_pretty} {time}|2026-11-23 09:00 UTC>";
const ended = ["Done", "Stopped", "Failed", "Expired"] as const;

const blocksOf = (card: Partial<RunCard>, detailsUrl?: string) =>
  renderMessage(aCard({ buttons: [stop], ...card }), { ...here, detailsUrl }).blocks ?? [];
const statuses = (card: Partial<RunCard>) =>
  stringsIn(blocksOf(card)[0]).filter(
    (one) => /^[a-z_]+$/.test(one) && one !== "plan" && one !== "task_card",
  );

describe("chat/slack/render/render-card", () => {
  it("ux c.2: is a plan with its steps, small print and a Stop that asks first", () => {
    const card = aCard({
      line: "Reading the contracts, **4 of 11**.",
      noted: ["only EU vendors"],
      spentUsd: 1.2,
      capUsd: 5,
      buttons: [stop],
    });

    expect(renderMessage(card, { ...here, detailsUrl: "https://deputy.example/runs/run_1" })).toEqual({
      text: [
        "Working: Compare three vendors (step 2 of 3)",
        "Reading the contracts, **4 of 11**.",
        "[done] Collect the price pages",
        "[doing] Read the contracts",
        "[to do] Draft the comparison",
        "Noted: only EU vendors",
        "Asked by Ana, acting as deputy, started 2026-11-23 09:00 UTC, spent 1.20 of 5.00 USD",
        'To stop it, reply "stop".',
      ].join("\n"),
      blocks: [
        {
          type: "plan",
          title: "Working - Compare three vendors",
          tasks: [
            { type: "task_card", task_id: "s1", title: "Collect the price pages", status: "complete" },
            { type: "task_card", task_id: "s2", title: "Read the contracts", status: "in_progress" },
            { type: "task_card", task_id: "s3", title: "Draft the comparison", status: "pending" },
          ],
        },
        { type: "markdown", text: "Reading the contracts, **4 of 11**." },
        {
          type: "context",
          elements: [
            { type: "plain_text", text: "Noted: only EU vendors" },
            {
              type: "mrkdwn",
              text: `asked by Ana, acting as deputy, started ${started}, 1.20 of 5.00 USD`,
              verbatim: true,
            },
          ],
        },
        {
          type: "actions",
          elements: [
            {
              type: "button",
              action_id: "run.stop",
              value: "run_1",
              text: { type: "plain_text", text: "Stop" },
              style: "danger",
              confirm: {
                title: { type: "plain_text", text: "Stop this run?" },
                text: { type: "plain_text", text: "Files made so far are kept." },
                confirm: { type: "plain_text", text: "Stop" },
                deny: { type: "plain_text", text: "Keep going" },
                style: "danger",
              },
            },
            {
              type: "button",
              action_id: "link",
              url: "https://deputy.example/runs/run_1",
              text: { type: "plain_text", text: "Details" },
            },
          ],
        },
      ],
    });
  });

  it("is a line where there is no plan yet", () => {
    expect(blocksOf({ steps: [], state: "Queued", title: "A <b> & c" })[0]).toEqual({
      type: "section",
      text: { type: "mrkdwn", text: "*Queued* - A &lt;b&gt; &amp; c", verbatim: true },
    });
  });

  it("says whose rights are used", () => {
    expect(stringsIn(blocksOf({ mode: "assistant" })).join()).toContain("asked by Ana, acting for Ana, ");
  });

  it.each(cardStates)("RC2: says the state %s as a word", (state) => {
    expect(blocksOf({ state })[0]).toMatchObject({ title: `${state} - Compare three vendors` });
  });

  it("c.0 rule 7: a card of an ended run has no buttons, and says who ended it", () => {
    for (const state of ended) {
      const blocks = blocksOf(
        { state, line: "Stopped by Bo, 14:20 UTC" },
        "https://deputy.example/runs/run_1",
      );

      expect(blocks.map((block) => block.type)).toEqual(["plan", "markdown", "context"]);
      expect(blocks[1]).toEqual({ type: "markdown", text: "Stopped by Bo, 14:20 UTC" });
    }
  });

  it("RC2: nothing on the card of an ended run seems to go on", () => {
    for (const state of ended) expect(statuses({ state })).not.toContain("in_progress");
    expect(statuses({ state: "Failed" })).toEqual(["complete", "error", "pending"]);
    expect(statuses({ state: "Done" })).toEqual(["complete", "complete", "pending"]);
    expect(stringsIn(blocksOf({ state: "Stopped" })[0])).toContain("Half done: Read the contracts");
  });

  it("names a step that was left out", () => {
    const steps = [{ text: "Read the contracts", state: "skipped" as const }];

    expect(blocksOf({ steps })[0]).toMatchObject({
      tasks: [{ title: "Skipped: Read the contracts", status: "complete" }],
    });
  });

  it("c.0 rule 8: the first line has at most 90 characters, there are three buttons at most", () => {
    const card = aCard({ title: "word ".repeat(60), buttons: [stop] });
    const { text, blocks } = renderMessage(card, {
      ...here,
      detailsUrl: "https://deputy.example/runs/run_1",
    });
    const [plan, , actions] = blocks ?? [];

    expect(text.split("\n")[0]?.length).toBeLessThanOrEqual(90);
    expect(plan?.type === "plan" && plan.title.length).toBeLessThanOrEqual(90);
    expect(actions?.type === "actions" && actions.elements).toHaveLength(2);
  });

  it("ux d.2: shows the plan's milestones, seven at most, and nothing of single acts", () => {
    const steps = Array.from({ length: 40 }, (_, n) => ({ text: `Step ${n + 1}`, state: "todo" as const }));
    const [plan, small] = blocksOf({ steps });

    expect(plan?.type === "plan" && plan.tasks).toHaveLength(7);
    expect(stringsIn(plan).filter((text) => text === "details" || text === "output")).toEqual([]);
    expect(stringsIn(small)).toContain("and 33 more steps");
  });

  it("ux d.6: steps of any length stay under the size that Slack takes", () => {
    const steps = Array.from({ length: 7 }, () => ({ text: "👩‍💻 ".repeat(2_000), state: "doing" as const }));
    const message = renderMessage(
      aCard({ steps, line: "x ".repeat(20_000), title: "é".repeat(5_000) }),
      here,
    );

    expect(reasonsAgainst(message)).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(message.blocks?.[0]))).toBeLessThan(9_000);
  });
});
