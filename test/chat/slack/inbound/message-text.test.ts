import { describe, expect, test } from "vitest";
import { mentionedIn, toMarkdown, withoutMention } from "../../../../src/chat/slack/inbound/message-text.ts";

const names: Readonly<Record<string, string>> = { U1: "Ana", W2: "Bo" };
const nameOf = (id: string): string => names[id] ?? id;

describe("Slack's text as Markdown", () => {
  test.each([
    ["<@U1> and <@W2>", "@Ana and @Bo"],
    ["<@U9>", "@U9"],
    ["<#C1|general> <#C2>", "#general #C2"],
    ["<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"],
    ["<!subteam^S1|@finance> <!subteam^S2>", "@finance @S2"],
    ["<!date^1700000000^{date}|14 November>", "14 November"],
    ["<https://a.example/x?a=1&amp;b=2>", "https://a.example/x?a=1&b=2"],
    ["<https://a.example|the plan>", "[the plan](https://a.example)"],
    ["<https://a.example/(x) y|a [b]>", "[a \\[b\\]](https://a.example/%28x%29%20y)"],
    ["<http://notes.md|notes.md> <mailto:a@b.example|a@b.example>", "notes.md a@b.example"],
    ["a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"],
  ])("%s", (text, markdown) => {
    expect(toMarkdown(text, nameOf)).toBe(markdown);
  });

  test("MT1: what was typed as text stays text, however often it is escaped", () => {
    expect(toMarkdown("&lt;@U1&gt; &amp;lt;@U1&amp;gt;", nameOf)).toBe("<@U1> &lt;@U1&gt;");
    expect(mentionedIn("&lt;@U1&gt;")).toEqual([]);
  });
});

describe("whom a text mentions", () => {
  test("everybody once, with the name beside the id", () => {
    expect(mentionedIn("<@U1> <@W2|bo> <@U1>")).toEqual([{ id: "U1" }, { id: "W2", label: "bo" }]);
  });

  test.each([
    ["<@U1> do it", "do it"],
    ["<@U1>, do it", "do it"],
    ["<@U1|deputy>: do it", "do it"],
    ["please <@U1> do it", "please do it"],
    ["do it <@U1>", "do it"],
    ["a\n<@U1> b", "a\nb"],
    ["<@U12> do it", "<@U12> do it"],
    ["<@U1>", ""],
    ["<@U1> <@U1> do it", "do it"],
    ["do\t <@U1> it <@U1>", "do it"],
  ])("%j without U1", (text, rest) => {
    expect(withoutMention(text, "U1")).toBe(rest);
  });
});
