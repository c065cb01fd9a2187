import fc from "fast-check";
import { Marked, type Token } from "marked";
import { describe, expect, it } from "vitest";
import { safeMarkdown, safeMarkdownWithin } from "../../../src/chat/prose/safe-markdown.ts";

const lexer = new Marked({ gfm: true });

/** Every token of a text as a reader of Markdown takes it, the inside of tables and lists too. */
function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  void lexer.walkTokens(lexer.lexer(text), (token) => void found.push(token));
  return found;
}

/** What could be clicked or loaded, or read by Slack as a token of its own. */
function liveIn(text: string): string[] {
  const live = tokensOf(text).filter(({ type }) => ["link", "image", "html", "def"].includes(type));
  const tokens = text.match(/<(?:[@#!]\w|[a-z][a-z0-9+.-]*:\/\/|mailto:)/gi) ?? [];
  return [...live.map((token) => token.raw), ...tokens];
}

describe("chat/prose/safe-markdown", () => {
  it("SM1: keeps headings, emphasis, lists, quotes, code, rules and tables", () => {
    const text = [
      "# Title",
      "One **bold** and *soft* and ~~gone~~ `code`\nnext line",
      "- a\n- b\n  1. x\n  2. y",
      "> said\n> more",
      "- [x] told\n- [ ] to do",
      "```\nif (a < b) c => d\n```",
      "---",
      "| a | b |\n| --- | --: |\n| 1 | **2** |",
    ].join("\n\n");

    expect(safeMarkdown(text)).toBe(text);
  });

  it("keeps words as they are", () => {
    const text = "R&D: 5 * 3 = 15, a_b_c, 50 %, Node.js, e.g. and/or 12:30, 3.5/4 and report.csv?";

    expect(safeMarkdown(text)).toBe(text);
  });

  it.each([
    ["[click](https://evil.example/?d=1)", "click (`https://evil.example/?d=1`)"],
    ["[click][r]\n\n[r]: https://evil.example/x", "click (`https://evil.example/x`)"],
    ["see <https://evil.example/x>", "see `https://evil.example/x`"],
    ["see https://evil.example/x.", "see `https://evil.example/x`."],
    ["www.evil.example", "`http://www.evil.example`"],
    ["evil.example/x?d=1", "`evil.example/x?d=1`"],
    ["[click](https://%65vil.example/x)", "click (`https://%65vil.example/x`)"],
    ["[click](https://éxample.com)", "click (`https://éxample.com`)"],
    ["[https://good.example](https://evil.example/)", "`https://good.example` (`https://evil.example/`)"],
    ["[click](javascript:alert(1))", "click (`javascript:alert(1)`)"],
    ["see <https://evil.example|click>", "see `https://evil.example|click`"],
    ["ana@evil.example", "`ana@evil.example`"],
    ["![chart](https://evil.example/p.png)", "[picture: chart] `https://evil.example/p.png`"],
    ["看https://evil.example/x", "看`https://evil.example/x`"],
  ])("SI2, OUT-2: %s shows its real address and links to nothing", (text, shown) => {
    expect(safeMarkdown(text)).toBe(shown);
    expect(liveIn(safeMarkdown(text))).toEqual([]);
  });

  it.each([
    "`a` ` https://evil.example/x `b",
    "a ` b https://evil.example/x",
    "[click\\](https://evil.example/x)",
    "\\[click](https://evil.example/x)",
    "[a] (https://evil.example) [b]:https://evil.example",
    "``` https://evil.example/x ``` <!here>",
    "`` ` `` <!here> ` [x](https://evil.example/x)",
    "~~~\n```\n~~~\n[x](https://evil.example/x)",
    "<a href='https://evil.example'>x</a> <!-- [x](https://evil.example) -->",
    "<!DOCTYPE [x](https://evil.example)>",
    "- [x](https://evil.example)\n\n      [y](https://evil.example)",
    "| [x](https://evil.example) |\n|--|\n| <@U0666> ` | ` <!here> |",
    "`<!here>` and ```\n<@U0666> <https://evil.example|x>\n```",
    "&#60;!here&#62; &lt;@U0666&gt;",
    "[![p](https://evil.example/p)](https://evil.example/x)",
  ])("SI1, OUT-3: nothing is live in %s", (text) => {
    expect(liveIn(safeMarkdown(text))).toEqual([]);
  });

  it("SI2: what may be followed is a link that shows its host, whatever it is called", () => {
    const mayFollow = (url: URL): boolean => url.host === "docs.example";
    const shown = safeMarkdown(
      "[the *page*](https://docs.example/a) [https://good.example](https://docs.example/b)",
      mayFollow,
    );

    expect(tokensOf(shown).flatMap((token) => (token.type === "link" ? [token["href"]] : []))).toEqual([
      "https://docs.example/a",
      "https://docs.example/b",
    ]);
    expect(shown.replaceAll("\u200b", "")).toBe(
      "[the page](https://docs.example/a) (docs.example) [https://good.example](https://docs.example/b) (docs.example)",
    );
  });

  it("SI2: asks for the address as a browser would open it, and never for one with a name before the host", () => {
    const asked: string[] = [];
    const mayFollow = (url: URL): boolean => asked.push(url.href) > 0;

    safeMarkdown(
      "[a](HTTPS://Docs.Example:443/a/../b) [b](https://docs.example@evil.example/) [c](data:text/html,x)",
      mayFollow,
    );

    expect(asked).toEqual(["https://docs.example/b"]);
  });

  it("SM2: no line of code ends its block", () => {
    const shown = safeMarkdown("````\n```\n[x](https://evil.example)\n````\nafter");

    expect(tokensOf(shown).filter(({ type }) => type === "code")).toHaveLength(1);
    expect(liveIn(shown)).toEqual([]);
  });

  it("SM3: takes what is nested without end", () => {
    expect(safeMarkdown(`${"> ".repeat(3_000)}deep`).length).toBeGreaterThan(0);
    expect(safeMarkdown("[".repeat(3_000))).toContain("[[[");
  });

  const scraps = fc.constantFrom(
    ..."[ ] ( ) < > ! ` `` ``` ~~~ * _ | \\ # - : / . @ & ; \n \n\n".split(" "),
    "  ",
    "\n    ",
    "\n\n",
    "a",
    "https://evil.example/x",
    "www.evil.example",
    "<!here>",
    "<@U0666>",
    "[r]: https://evil.example",
    "](https://evil.example)",
    "![",
    "<b>",
    "<!--",
    "\u200b",
    "|--|",
  );
  const texts = fc.oneof(
    fc.array(scraps, { maxLength: 40 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary" }),
  );

  it("OUT-1 to OUT-3: whatever is written, nothing of it is live", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(liveIn(safeMarkdown(text))).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  });

  it("SM4: what is made safe twice is safe", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(liveIn(safeMarkdown(safeMarkdown(text)))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps to its limit, however much longer the safe form is", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 80, max: 400 }), (text, limit) => {
        expect(safeMarkdownWithin(text.repeat(20), limit).length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 300 },
    );
  });
});
