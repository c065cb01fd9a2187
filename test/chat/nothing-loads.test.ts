// Nothing on a page or in a form of ours loads, links or calls by what somebody wrote (OUT-1 to OUT-3): the home pages of Slack and
// Teams, and Slack's forms.

import { describe, expect, it } from "vitest";
import { renderHome as renderSlackHome } from "../../src/chat/slack/render/home-view.ts";
import { answerModal, askModal, feedbackModal } from "../../src/chat/slack/render/modals.ts";
import { renderHome as renderTeamsHome } from "../../src/chat/teams/render/home-card.ts";
import type { HomePage, HomeSection } from "../../src/domain/home-page.ts";

const evil = "attacker.example";
const hostile = [
  ["a picture", `![x](https://${evil}/p.png)`],
  ["a picture in HTML", `<img src="https://${evil}/p.png">`],
  ["a link", `[pay here](https://${evil}/x)`],
  ["a link as Slack writes it", `<https://${evil}/x|pay here>`],
  ["a bare address", `https://${evil}/x`],
  ["a mention as Slack writes it", "<@U0VICTIM> <!channel> <!here> <!subteam^S1>"],
  ["a mention as Teams writes it", "<at>everyone</at>"],
  ["a date that leads somewhere", `<!date^1^{date}^https://${evil}/x|soon>`],
  ["a function of cards", "{{DATE(2026-11-28T09:00:00Z,SHORT)}}"],
] as const;

function pageOf(text: string): HomePage {
  const part: HomeSection = {
    items: [
      {
        title: text,
        note: text,
        buttons: [{ action: "run.stop", value: "run_1", label: text, style: "plain", confirm: text }],
      },
    ],
    more: 1,
  };
  return {
    agent: text,
    waiting: part,
    running: part,
    scheduled: part,
    recent: part,
    connected: part,
    preferences: [[text, text]],
    may: [text],
    mayNot: [text],
  };
}

interface Node {
  readonly [name: string]: unknown;
}

/** Every object in it. */
function nodes(part: unknown): Node[] {
  if (Array.isArray(part)) return part.flatMap((one: unknown) => nodes(one));
  if (typeof part !== "object" || part === null) return [];
  const node: Node = { ...part };
  return [node, ...Object.values(node).flatMap((one) => nodes(one))];
}

const types = (part: unknown): string[] => nodes(part).map(({ type }) => String(type));
const textsOf = (part: unknown, type: string): string[] =>
  nodes(part).flatMap((node) => (node["type"] === type ? [String(node["text"])] : []));

describe.each(hostile)("OUT-1 to OUT-3: %s", (_what, text) => {
  it.each([
    ["the home page", () => renderSlackHome(pageOf(text))],
    ["the form for an answer", () => answerModal({ title: text, privateMetadata: "{}" })],
    ["the form for a task", () => askModal({ about: text, privateMetadata: "{}" })],
    ["the form for feedback", () => feedbackModal("{}")],
  ])("in Slack, on %s", (_where, render) => {
    const view = render();
    expect(types(view)).not.toContain("image");
    expect(types(view).filter((type) => /rich_text|video|external/.test(type))).toEqual([]);
    for (const node of nodes(view)) {
      expect(node).not.toHaveProperty("image_url");
      expect(node).not.toHaveProperty("url");
    }
    for (const markup of textsOf(view, "mrkdwn")) {
      expect(markup).not.toMatch(/<[@!#]|<https?:|<mailto:/);
    }
    for (const node of nodes(view).filter(({ type }) => type === "mrkdwn"))
      expect(node).toMatchObject({ verbatim: true });
  });

  it("in Teams, on the home card", () => {
    const message = renderTeamsHome(pageOf(text), { nonce: "n", linkTo: () => undefined });
    expect(types(message).filter((type) => /Image|Media|OpenUrl/.test(type))).toEqual([]);
    for (const node of nodes(message)) {
      for (const never of ["url", "backgroundImage", "selectAction", "iconUrl", "mentioned"])
        expect(node).not.toHaveProperty(never);
    }
    for (const markup of textsOf(message, "TextBlock")) {
      expect(markup).not.toMatch(/<at>|<img|<a |\{\{DATE/);
      expect(markup).not.toMatch(/!\[x\]\(|[^\\]\]\(https?:/);
    }
  });
});
