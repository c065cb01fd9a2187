// What a message of ours is on the wire (T-M1, T-M2, T-M5, T-M9, T-M15, T-M18).

import { describe, expect, it } from "vitest";
import { placeLink } from "../../../src/chat/teams/deep-links.ts";
import { reasonsAgainst } from "../../../src/chat/teams/render/card-limits.ts";
import { checkSamples, samplePayloads } from "../../../src/chat/teams/render/check-samples.ts";
import { renderHome } from "../../../src/chat/teams/render/home-card.ts";
import {
  mostBytes,
  plainForm,
  renderMessage,
  sizeOf,
} from "../../../src/chat/teams/render/render-message.ts";
import type { RenderPlace, TeamsMessage } from "../../../src/chat/teams/render/teams-message.ts";
import { samplePage } from "../../../src/chat/samples.ts";
import { personKey } from "../../../src/domain/ids.ts";
import { aButton, aCard, anAttention, aNotice, aResult } from "../outgoing.ts";

const ana = personKey("teams", "t1", "ana");
const place: RenderPlace = {
  kind: "channel",
  nonce: "n1",
  userId: (key) => (key === ana ? "29:ana" : undefined),
};
const cited = ["https://a.example/one", "https://b.example/two"];
const follows: RenderPlace = { ...place, mayFollow: ({ host }) => host.endsWith(".example") };

type Node = Readonly<Record<string, unknown>>;

function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (typeof value !== "object" || value === null) return [];
  return [{ ...value }, ...Object.values(value).flatMap(nodes)];
}

const ofType = (message: TeamsMessage, type: string): Node[] =>
  nodes(message.attachments).filter((node) => node["type"] === type);
const labels = ({ entities = [] }: TeamsMessage): Node[] =>
  entities.filter(({ type }) => type === "https://schema.org/Message");

describe("chat/teams: what a message is on the wire", () => {
  it.each(samplePayloads().filter(([name]) => name !== "home"))(
    "T-M1: %s carries the AI label, in one root entity",
    (_name, message) => {
      expect(labels(message)).toMatchObject([{ additionalType: ["AIGeneratedContent"], "@id": "" }]);
    },
  );

  it("T-M1, T-M15: two root entities, and more than Teams takes, would be noticed before they are sent", () => {
    const [label = {}] = labels(renderMessage(aNotice(), place));
    const twice = { ...renderMessage(aNotice(), place), entities: [label, label] };
    expect(reasonsAgainst(twice).join()).toMatch(/2 root message entities/);
    expect(reasonsAgainst({ ...twice, entities: [label], text: "x".repeat(26_000) }).join()).toMatch(/bytes/);
    expect(checkSamples()).toEqual([]);
  });

  it("T-M2: a link that may be followed has its number in the text and its claim in the same entity; another has neither", () => {
    const text = `See [one](${cited[0]}), [two](${cited[1]}), [one](${cited[0]}) and [bad](https://evil.test/x).`;
    const message = renderMessage(aResult({ text }), follows);
    const [label] = labels(message);
    expect(labels(message)).toHaveLength(1);
    expect(label?.["citation"]).toMatchObject([
      { "@type": "Claim", position: 1, appearance: { name: "one", url: cited[0] } },
      { "@type": "Claim", position: 2, appearance: { name: "two", url: cited[1] } },
    ]);
    expect(message.text?.match(/\[\d\]/g)).toEqual(["[1]", "[2]", "[1]"]);
    expect(JSON.stringify(message)).not.toContain("](https://evil.test");
  });

  it("T-M2: ten claims at most, each within Teams' limits", () => {
    const name = "a very long name of a page ".repeat(10);
    const text = Array.from({ length: 14 }, (_, n) => `[${name}${n}](https://a.example/${n})`).join(" and ");
    const [label] = labels(renderMessage(aResult({ text }), follows));
    const claims = nodes(label?.["citation"]).flatMap(({ appearance }) =>
      appearance ? [nodes(appearance)[0]] : [],
    );
    expect(claims).toHaveLength(10);
    for (const claim of claims) {
      expect(String(claim?.["name"]).length).toBeLessThanOrEqual(80);
      expect(String(claim?.["abstract"]).length).toBeLessThanOrEqual(160);
    }
  });

  it("T-M3: thumbs are asked for under results alone", () => {
    const buttons = [aButton({ action: "feedback.up" }), aButton({ action: "feedback.down" })];
    expect(renderMessage(aResult({ buttons }), place).channelData).toEqual({
      feedbackLoop: { type: "default" },
    });
    for (const message of [aNotice(), aCard(), anAttention(), aResult()]) {
      expect(renderMessage(message, place).channelData).toBeUndefined();
    }
  });

  it("T-M5: a card is of 1.5, its buttons are Action.Execute with a verb and little data, and it asks for its present look", () => {
    const message = renderMessage(anAttention({ mention: ana }), place);
    const [card] = ofType(message, "AdaptiveCard");
    expect(card).toMatchObject({
      version: "1.5",
      refresh: { action: { type: "Action.Execute", verb: "card.refresh" }, userIds: ["29:ana"] },
      fallbackText: expect.stringMatching(/Europe/),
    });
    const executes = ofType(message, "Action.Execute").filter(({ verb }) => verb === "question.answer");
    expect(executes).toHaveLength(2);
    for (const { data } of executes) expect(JSON.stringify(data).length).toBeLessThan(200);
  });

  it("T-M5: nobody is named whom Teams can't be told of, and what is decided or over asks for nothing", () => {
    const refresh = (message: TeamsMessage): unknown => ofType(message, "AdaptiveCard")[0]?.["refresh"];
    expect(refresh(renderMessage(anAttention(), place))).not.toHaveProperty("userIds");
    expect(refresh(renderMessage(anAttention({ decided: "Ana: Europe" }), place))).toBeUndefined();
    expect(refresh(renderMessage(aCard(), place))).toBeDefined();
    expect(refresh(renderMessage(aCard({ state: "Done", buttons: [] }), place))).toBeUndefined();
  });

  it.each([
    ["a result", aResult({ quote: "Ana: compare the vendors" })],
    [
      "a result with buttons",
      aResult({ quote: "Ana: compare the vendors", buttons: [aButton({ action: "run.retry" })] }),
    ],
    ["a notice", aNotice("Half way.", { quote: "Ana: compare the vendors" })],
  ])("T-M9: %s quotes what it belongs to, in words and in its plain form", (_what, message) => {
    for (const shown of [renderMessage(message, place), plainForm(message, place)]) {
      expect(JSON.stringify([shown.text, shown.attachments])).toContain("Ana: compare the vendors");
    }
    const inThread = { ...message, quote: undefined };
    expect(JSON.stringify(renderMessage(inThread, place))).not.toContain("compare the vendors");
  });

  it("T-M9, OUT-2: words of others that are quoted call nobody and lead nowhere", () => {
    const quote = "Ana: <at>everyone</at> [pay](https://evil.test/x)\n# Approved";
    const { text = "" } = renderMessage(aNotice("Half way.", { quote }), place);
    expect(text).not.toMatch(/<at>|(?<!\\)\]\(|^# /m);
    expect(text.split("\n")[0]).toMatch(/^> /);
  });

  it("APR-5: in words alone, too, an act stands as it is: each line of its own, and code without lines that it does not have", () => {
    const text = "`send_letter` with:\n```\nto: bo\n  and ada\n```\nIt uses no account.\nDigest `3f9a`";
    const shown = plainForm(anAttention({ about: "approval", text }), place).text;
    expect(shown).toContain(
      "`send_letter` with:\n\n```\nto: bo\n  and ada\n```\n\nIt uses no account.\n\nDigest `3f9a`",
    );
  });

  it("a line that begins and ends with code begins no block of it", () => {
    const shown = plainForm(aNotice("```deputy why``` says more\none\ntwo"), place).text;
    expect(shown).toContain("says more\n\none\n\ntwo");
  });

  it("T-M18: words where there is nothing to click, a card where there is, never both", () => {
    const withButtons = renderMessage(aResult({ buttons: [aButton({ action: "run.retry" })] }), place);
    expect([withButtons.text, withButtons.attachments?.length]).toEqual([undefined, 1]);
    for (const message of [aResult(), aNotice()]) {
      const words = renderMessage(message, place);
      expect([typeof words.text, words.attachments]).toEqual(["string", undefined]);
    }
  });
});

describe("chat/teams: what cards know of Markdown", () => {
  const text = [
    "`send_letter` with:",
    "```",
    "to: bo@corp.example",
    "  body: *two* offers",
    "```",
    "It changes something **outside**.",
    "Asked for by Ana.",
    "",
    "## Why",
    "> they asked",
    "",
    "1. one `a_b`",
    "2. two",
    "   - deeper",
    "",
    "| Vendor | Price |",
    "| --- | --: |",
    "| A | 100 |",
  ].join("\n");
  const message = renderMessage(anAttention({ about: "approval", text }), place);
  const blocks = ofType(message, "TextBlock").map((node) => String(node["text"]));

  it("CP3, APR-5: code and tables stand line by line in letters of one width, as they are", () => {
    const runs = ofType(message, "TextRun").filter(({ fontType }) => fontType === "Monospace");
    expect(runs.map((run) => String(run["text"]).replaceAll("\u00a0", " "))).toEqual([
      "to: bo@corp.example",
      "  body: *two* offers",
      "Vendor  Price",
      "------  -----",
      "A         100",
    ]);
  });

  it("CP3: each line is a line of its own; headings, quotes and code among words are no marks that nobody reads", () => {
    expect(reasonsAgainst(message)).toEqual([]);
    expect(blocks).toContain("send\\_letter with:");
    expect(blocks).toContain("It changes something **outside**.");
    expect(blocks).toContain("Asked for by Ana.");
    expect(blocks).toContain("Why");
    expect(blocks).toContain("“they asked”");
    expect(blocks).toContain("1. one a\\_b\n2. two\n   - deeper");
  });

  it("CP3, CT1: however many lines an act has, all of them are there, and what stands below them", () => {
    const lines = Array.from({ length: 580 }, (_, n) => (n % 2 === 0 ? "*" : `  ${n % 10}`));
    const many = renderMessage(
      anAttention({ about: "approval", text: `with:\n\`\`\`\n${lines.join("\n")}\n\`\`\`\nDigest \`3f9a\`` }),
      place,
    );
    expect(sizeOf(many)).toBeLessThanOrEqual(mostBytes);
    expect(reasonsAgainst(many)).toEqual([]);
    const shown = ofType(many, "TextBlock").map((node) => String(node["text"]));
    const code = shown.find((words) => words.includes("\n\n")) ?? "";
    expect(code.split("\n\n").map((one) => one.replace("\\*", "*").replaceAll("\u00a0", " "))).toEqual(lines);
    expect(shown).toContain("Digest 3f9a");
  });

  it("CP3: what a card would show as it is written is found before it is sent", () => {
    const bad = (shown: string): TeamsMessage => ({
      type: "message",
      summary: "s",
      attachments: [
        {
          content: {
            type: "AdaptiveCard",
            version: "1.5",
            fallbackText: "f",
            body: [{ type: "TextBlock", text: shown }],
          },
        },
      ],
    });
    for (const shown of ["```\nx\n```", "# x", "| a |", "> x", "`x`"])
      expect(reasonsAgainst(bad(shown))).toHaveLength(1);
    expect(reasonsAgainst(bad("1 > 0, \\` and # one"))).toEqual([]);
  });

  it("a table in a message without a card is lined-up text: Teams knows no tables there either", () => {
    const { text: shown = "" } = renderMessage(
      aResult({ text: "Prices:\n\n| Vendor | Price |\n| --- | --: |\n| A | 100 |\n\nThat is all." }),
      place,
    );
    expect(shown).toContain("```\nVendor  Price\n------  -----\nA         100\n```");
    expect(shown).toContain("That is all.");
  });
});

describe("chat/teams: the page of one's own work", () => {
  const page = (note: string) => {
    const item = { title: "T".repeat(150), note, buttons: Array.from({ length: 4 }, () => aButton()) };
    const section = { items: Array.from({ length: 5 }, () => item), more: 2 };
    return {
      ...samplePage,
      waiting: section,
      running: section,
      scheduled: section,
      recent: section,
      connected: section,
    };
  };

  it("HC2, T-M15: fits Teams however much is on it, and says how much more there is", () => {
    const full = renderHome(page("ř".repeat(300)), { nonce: "n", linkTo: () => undefined });
    expect(sizeOf(full)).toBeLessThanOrEqual(mostBytes);
    expect(JSON.stringify(full)).toMatch(/and [4-6] more/);
    expect(JSON.stringify(renderHome(samplePage, { nonce: "n", linkTo: () => undefined }))).toMatch(
      /and 3 more/,
    );
  });

  it("shows times by the reader's own clock, and what else is in a note as it is", () => {
    const item = {
      title: "Vendors",
      note: "Working, *started* 2026-11-23 09:00 UTC, 1_2 [x](y)",
      buttons: [],
    };
    const running = { items: [item], more: 0 };
    const home = renderHome({ ...samplePage, waiting: running }, { nonce: "n", linkTo: () => undefined });
    const { text } =
      ofType(home, "TextBlock").find((one) => String(one["text"]).startsWith("Working,")) ?? {};
    expect(text).toBe(
      "Working, \\*started\\* {{DATE(2026-11-23T09:00:00Z,SHORT)}} {{TIME(2026-11-23T09:00:00Z)}}, 1\\_2 \\[x\\](y)",
    );
  });

  it("HC1: what waits elsewhere has the way there", () => {
    const home = renderHome(samplePage, { nonce: "n", linkTo: (at) => placeLink(at, "t1") });
    expect(ofType(home, "Action.OpenUrl")).toEqual([
      {
        type: "Action.OpenUrl",
        title: "Go there",
        url: "https://teams.microsoft.com/l/message/19%3Ageneral%40thread.tacv2/1700000000002?tenantId=t1&parentMessageId=1700000000001&createdTime=1700000000002",
      },
    ]);
  });

  it.each([
    [
      { channel: "19:g@thread.v2", thread: "chat", message: "17" },
      "https://teams.microsoft.com/l/message/19%3Ag%40thread.v2/17?context=%7B%22contextType%22%3A%22chat%22%7D",
    ],
    [
      { channel: "19:g@thread.v2", thread: "chat" },
      "https://teams.microsoft.com/l/chat/19%3Ag%40thread.v2/conversations",
    ],
    [{ channel: "19:g@thread.tacv2", thread: "~19:g@thread.tacv2" }, undefined],
    [{ channel: "19:old@thread.skype", thread: "~19:old@thread.skype" }, undefined],
    [
      { channel: "19:old@thread.skype", thread: "chat" },
      "https://teams.microsoft.com/l/chat/19%3Aold%40thread.skype/conversations",
    ],
    [{ channel: "a:personal", thread: "chat", message: "17" }, undefined],
  ])("HC1: %j", (at, link) => {
    expect(placeLink(at, "t1")).toBe(link);
  });
});
