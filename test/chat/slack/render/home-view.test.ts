import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reasonsAgainst } from "../../../../src/chat/slack/render/block-limits.ts";
import { renderHome } from "../../../../src/chat/slack/render/home-view.ts";
import type { HomeItem, HomePage, HomeSection } from "../../../../src/domain/home-page.ts";
import { aButton } from "../../outgoing.ts";
import { anyButtons, anyText } from "./any-outgoing.ts";
import { markupIn, stringsIn } from "./slack-outgoing.ts";

const none: HomeSection = { items: [], more: 0 };
const anItem = (item: Partial<HomeItem> = {}): HomeItem => ({
  title: "Compare vendors",
  note: "Working",
  buttons: [],
  ...item,
});
const aPage = (page: Partial<HomePage> = {}): HomePage => ({
  agent: "deputy",
  waiting: none,
  running: none,
  scheduled: none,
  recent: none,
  connected: none,
  preferences: [],
  may: [],
  mayNot: [],
  ...page,
});
const one: HomeSection = { items: [anItem()], more: 0 };
const full = aPage({
  waiting: one,
  running: {
    items: [
      anItem({ buttons: [aButton({ action: "run.stop", value: "run_1", label: "Stop", style: "danger" })] }),
    ],
    more: 2,
  },
  scheduled: one,
  recent: one,
  connected: one,
  preferences: [["Time zone", "Europe/Prague"]],
  may: ["Read files you send me"],
  mayNot: ["Send mail without asking"],
});
const headersOf = (page: HomePage) =>
  renderHome(page).blocks.flatMap((block) =>
    block.type === "header" && "text" in block ? stringsIn(block.text).slice(1) : [],
  );

describe("chat/slack/render/home-view", () => {
  it("ux c.13: has its parts in order", () => {
    expect(headersOf(full)).toEqual([
      "Waiting for you",
      "Running",
      "Scheduled",
      "Recent results",
      "Connected accounts",
      "Preferences",
      "What Deputy can do here",
      "What I may not do",
    ]);
  });

  it("shows an item with its small print and its buttons, and how many more there are", () => {
    const { blocks } = renderHome(
      aPage({ running: full.running, console: "https://deputy.example/console" }),
    );

    expect(blocks.slice(2)).toEqual([
      { type: "header", text: { type: "plain_text", text: "Running" } },
      { type: "section", text: { type: "mrkdwn", text: "*Compare vendors*\nWorking", verbatim: true } },
      {
        type: "actions",
        elements: [
          {
            type: "button",
            action_id: "run.stop",
            value: "run_1",
            text: { type: "plain_text", text: "Stop" },
            style: "danger",
          },
        ],
      },
      { type: "context", elements: [{ type: "plain_text", text: "and 2 more, all in the console" }] },
      { type: "divider" },
      {
        type: "actions",
        elements: [
          {
            type: "button",
            action_id: "link",
            url: "https://deputy.example/console",
            text: { type: "plain_text", text: "Open the console" },
          },
        ],
      },
    ]);
  });

  it("says that nothing waits and nothing runs", () => {
    expect(headersOf(aPage())).toEqual(["Waiting for you", "Running", "What Deputy can do here"].slice(0, 2));
    expect(stringsIn(renderHome(aPage()))).toContain("Nothing waits for you.");
  });

  it("HV1: cuts at five and counts the rest", () => {
    const recent = {
      items: Array.from({ length: 9 }, (_, n) => anItem({ title: `Result ${n + 1}` })),
      more: 10,
    };
    const strings = stringsIn(renderHome(aPage({ recent })));

    expect(strings.filter((text) => text.startsWith("*Result "))).toHaveLength(5);
    expect(strings).toContain("and 14 more");
    const all = stringsIn(renderHome(aPage({ recent, console: "https://deputy.example/console" })));
    expect(all).toContain("and 14 more, all in the console");
  });

  it("links an item to its thread where it is told how", () => {
    const at = { channel: "C01", thread: "17.1" };
    const thread = (): string => "https://acme.example/archives/C01/p171";
    const page = aPage({ recent: { items: [anItem({ at })], more: 0 } });

    expect(markupIn(renderHome(page, { thread }))).toEqual([
      "*<https://acme.example/archives/C01/p171|Compare vendors>*\nWorking",
    ]);
  });

  it("HV2 OUT-1 to OUT-3, c.0 rule 11: words of others call nobody, are no links and load nothing", () => {
    const evil = "<!here> <@U0666> https://evil.example/x ![p](https://evil.example/p.png)";
    const item = anItem({ title: evil, note: evil });
    const page = aPage({ waiting: { items: [item], more: 0 }, may: [evil], agent: evil });

    for (const text of markupIn(renderHome(page))) expect(text).not.toMatch(/<|https:\/\//);
    expect(JSON.stringify(renderHome(page))).not.toMatch(/"type":"image"|image_url|"url":/);
  });

  it("HV1: whatever is on the page, nothing is against it", () => {
    const item = fc.record({ title: anyText, note: anyText, buttons: anyButtons });
    const section = fc.record({ items: fc.array(item, { maxLength: 8 }), more: fc.nat(1_000) });
    const page = fc.record({
      agent: anyText,
      waiting: section,
      running: section,
      scheduled: section,
      recent: section,
      connected: section,
      preferences: fc.array(fc.tuple(anyText, anyText), { maxLength: 15 }),
      may: fc.array(anyText, { maxLength: 30 }),
      mayNot: fc.array(anyText, { maxLength: 30 }),
    });

    fc.assert(
      fc.property(page, (some) => {
        expect(reasonsAgainst(renderHome({ ...some, console: "https://deputy.example" }))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
