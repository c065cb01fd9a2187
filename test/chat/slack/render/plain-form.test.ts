import { describe, expect, it } from "vitest";
import { plainForm, textBeside } from "../../../../src/chat/slack/render/plain-form.ts";
import { aButton, aNotice, aResult } from "../../outgoing.ts";
import { ana, aQuestion, here, options } from "./slack-outgoing.ts";

describe("chat/slack/render/plain-form", () => {
  it("c.0 rule 9: the same words, numbered answers, the mention first, and no blocks", () => {
    const question = aQuestion({ options: options(3), freeText: aButton({ label: "Something else" }) });

    expect(plainForm(question, here)).toEqual({
      text: [
        "<@U0001> Question for Ana: Which region should the report cover?",
        "The file has sales for two regions.",
        "Reply 1: Region 1",
        "Reply 2: Region 2",
        "Reply 3: Region 3",
        "Or reply in your own words.",
      ].join("\n"),
      blocks: [],
    });
  });

  it("c.0 rule 10: mentions only where the message does, and nobody once it is decided", () => {
    expect(plainForm(aResult({ mention: ana }), here).text).toMatch(/^<@U0001> Done for Ana: /);
    expect(plainForm(aResult(), here).text).toMatch(/^Done: /);
    expect(plainForm(aQuestion({ decided: "Ana: Europe" }), here).text).not.toContain("<@");
    expect(textBeside(aQuestion(), here)).not.toContain("<@");
  });

  it("PF2, c.0 rule 11: escapes what would call, and breaks up what would be a link", () => {
    const { text } = plainForm(aNotice("<!here> <@U0666> a&b see https://evil.example/x?d=1"), here);

    expect(text).not.toMatch(/[<>]|https:\/\/|evil\.example/);
    expect(text.replaceAll("\u200b", "")).toBe(
      "&lt;!here&gt; &lt;@U0666&gt; a&amp;b see https://evil.example/x?d=1",
    );
  });

  it("leaves an address that may be followed as it is", () => {
    const mayFollow = (url: URL): boolean => url.host === "docs.example";

    expect(plainForm(aNotice("see https://docs.example/x."), { ...here, mayFollow }).text).toBe(
      "see https://docs.example/x.",
    );
  });

  it("PF1, ux d.6: says all up to Slack's own limit, and marks what is beyond", () => {
    const words = "word ".repeat(3_000).trim();

    expect(plainForm(aNotice(`Words:\n${words}`), here).text).toContain(`${"word ".repeat(2_900)}`);
    expect(plainForm(aNotice(`Signs:\n${"<".repeat(39_000)}`), here).text.length).toBeLessThanOrEqual(40_000);
    expect(plainForm(aNotice(`Signs:\n${"x ".repeat(30_000)}`), here).text).toMatch(/…$/);
  });

  it("keeps what a notification shows short", () => {
    expect(textBeside(aNotice("word ".repeat(3_000)), here).length).toBeLessThanOrEqual(3_000);
  });
});
