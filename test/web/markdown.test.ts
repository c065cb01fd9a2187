import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { webAddress } from "../../src/chat/given-addresses.ts";
import { type Block, type Inline, parseMarkdown } from "../../src/web/markdown.ts";
import { processorMs } from "../support/processor-time.ts";

const parse = (
  text: string,
  follow: readonly string[] = [],
  names: readonly string[] = [],
): readonly Block[] => parseMarkdown(text, { mayFollow: (url) => follow.includes(url.href), names });

/** The inlines of a text that is one paragraph. */
const inlines = (
  text: string,
  follow: readonly string[] = [],
  names: readonly string[] = [],
): readonly Inline[] => {
  const [block] = parse(text, follow, names);
  return block?.t === "paragraph" ? block.of : [];
};

describe("web/markdown", () => {
  it("knows paragraphs, headings, lists, quotes, code, rules", () => {
    const text =
      "# Title\n\nOne **bold** and *soft* `code` ~~gone~~\nline\n\n- a\n- b\n\n3. c\n\n> said\n\n```js\nx < 1\n```\n\n---";

    expect(parse(text)).toEqual([
      { t: "heading", level: 1, of: [{ t: "text", text: "Title" }] },
      {
        t: "paragraph",
        of: [
          { t: "text", text: "One " },
          { t: "strong", of: [{ t: "text", text: "bold" }] },
          { t: "text", text: " and " },
          { t: "em", of: [{ t: "text", text: "soft" }] },
          { t: "text", text: " " },
          { t: "code", text: "code" },
          { t: "text", text: " " },
          { t: "del", of: [{ t: "text", text: "gone" }] },
          { t: "break" },
          { t: "text", text: "line" },
        ],
      },
      {
        t: "list",
        items: ["a", "b"].map((item) => [{ t: "paragraph", of: [{ t: "text", text: item }] }]),
      },
      { t: "list", start: 3, items: [[{ t: "paragraph", of: [{ t: "text", text: "c" }] }]] },
      { t: "quote", of: [{ t: "paragraph", of: [{ t: "text", text: "said" }] }] },
      { t: "code", text: "x < 1" },
      { t: "rule" },
    ]);
  });

  it("knows tables with their alignment", () => {
    expect(parse("| a | b |\n|---|--:|\n| 1 | **2** |")).toEqual([
      {
        t: "table",
        align: [null, "right"],
        head: [[{ t: "text", text: "a" }], [{ t: "text", text: "b" }]],
        rows: [[[{ t: "text", text: "1" }], [{ t: "strong", of: [{ t: "text", text: "2" }] }]]],
      },
    ]);
  });

  it.each(["- [x] a\n- [ ] b", "- [x] a\n\n- [ ] b"])("says in words what is ticked: %j", (text) => {
    expect(parse(text)).toEqual([
      {
        t: "list",
        items: [
          [
            {
              t: "paragraph",
              of: [
                { t: "text", text: "[done] " },
                { t: "text", text: "a" },
              ],
            },
          ],
          [
            {
              t: "paragraph",
              of: [
                { t: "text", text: "[to do] " },
                { t: "text", text: "b" },
              ],
            },
          ],
        ],
      },
    ]);
  });

  it("says what is ticked where a task begins with something else than words", () => {
    expect(JSON.stringify(parse("- [x] ```\n  x\n  ```"))).toMatch(/\[done\].*x/);
  });

  it("shows characters that were written as entities", () => {
    expect(inlines("a &lt;b&gt; &amp;amp;")).toEqual([{ t: "text", text: "a <b> &amp;" }]);
  });

  describe("MD1, OUT-1", () => {
    it.each([
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      'a <b onclick="x()">b</b>',
      "<!-- hidden -->",
      "<iframe src='https://evil.example'></iframe>",
    ])("keeps HTML as text: %s", (text) => {
      const found = JSON.stringify(parse(text));

      expect(found).toContain(JSON.stringify(text.split(" ")[0]).slice(1, -1));
      for (const kind of [...found.matchAll(/"t":"(\w+)"/g)].map(([, name]) => name)) {
        expect(["paragraph", "text"]).toContain(kind);
      }
    });

    it("names a picture from elsewhere and does not load it", () => {
      expect(inlines("![chart](https://evil.example/p.png?data=1)")).toEqual([
        { t: "text", text: "[picture: chart] " },
        { t: "address", text: "https://evil.example/p.png?data=1" },
      ]);
    });
  });

  describe("MD2, OUT-2", () => {
    const given = "https://docs.example/a?b=1";

    it("makes a link of an address that may be followed, with its host", () => {
      expect(inlines(`[the *page*](${given})`, [given])).toEqual([
        {
          t: "link",
          href: given,
          host: "docs.example",
          of: [
            { t: "text", text: "the " },
            { t: "em", of: [{ t: "text", text: "page" }] },
          ],
        },
      ]);
    });

    it.each([
      ["[click](https://evil.example/x)", "https://evil.example/x"],
      ["[click][r]\n\n[r]: https://evil.example/x", "https://evil.example/x"],
      ["<https://evil.example/x>", "https://evil.example/x"],
      ["https://evil.example/x", "https://evil.example/x"],
      ["www.evil.example", "http://www.evil.example/"],
      ["[click](https://%65vil.example/x)", "https://evil.example/x"],
      ["[click](https://éxample.com)", "https://xn--xample-9ua.com/"],
      ["[https://docs.example/a?b=1](https://evil.example/x)", "https://evil.example/x"],
      ["[click](https://docs.example@evil.example/a?b=1)", "https://docs.example@evil.example/a?b=1"],
      ["[click](javascript:alert(1))", "javascript:alert(1)"],
      ["[click](data:text/html,x)", "data:text/html,x"],
      ["[click](//evil.example/x)", "//evil.example/x"],
      ["[click](/chat/files/1)", "/chat/files/1"],
      ["[ana@corp.example](mailto:ana@evil.example)", "mailto:ana@evil.example"],
    ])("shows the real address of %s and links to nothing", (text, address) => {
      const found = inlines(text, [given]);

      expect(JSON.stringify(found)).not.toContain('"t":"link"');
      expect(found).toContainEqual({ t: "address", text: address });
    });

    it("asks for the address as the browser would open it", () => {
      const asked: string[] = [];
      const mayFollow = (url: URL): boolean => asked.push(url.href) > 0;

      parseMarkdown("[a](HTTPS://Docs.Example:443/a/../b)", { mayFollow, names: [] });

      expect(asked).toEqual(["https://docs.example/b"]);
    });
  });

  it("marks the names that it is told, and no other", () => {
    expect(inlines("hi @deputy, ask @bo or ana@bo.example, not @bot", [], ["deputy", "bo"])).toEqual([
      { t: "text", text: "hi " },
      { t: "mention", text: "@deputy" },
      { t: "text", text: ", ask " },
      { t: "mention", text: "@bo" },
      { t: "text", text: " or " },
      { t: "text", text: "ana@bo.example" },
      { t: "text", text: ", not @bot" },
    ]);
  });

  describe("MD3", () => {
    it.each([
      [">".repeat(12_000)],
      ["[".repeat(12_000)],
      ["*a **b ".repeat(2_000)],
      ["- ".repeat(6_000)],
      [`${"|a".repeat(2_000)}\n${"|-".repeat(2_000)}`],
      ["`".repeat(12_000)],
      ["![a](".repeat(2_000)],
    ])("reads a text that is made to be hard, in time: %.12s…", (text) => {
      const before = processorMs();

      const found = parse(text);

      expect(JSON.stringify(found).length).toBeGreaterThan(0);
      expect(processorMs() - before).toBeLessThan(2_000);
    });

    it("gives a tree of known shapes for any text", () => {
      const kinds =
        /^(paragraph|heading|list|quote|code|table|rule|text|address|mention|strong|em|del|link|break)$/;
      const markup = fc.stringMatching(/^[\w \n*_`#>[\]()!|<:/~-]{0,80}$/);
      fc.assert(
        fc.property(fc.oneof(markup, fc.string({ unit: "binary" })), (text) => {
          const found = JSON.stringify(parse(text));
          for (const [, kind] of found.matchAll(/\{"t":"(\w+)"/g)) expect(kind).toMatch(kinds);
        }),
      );
    });
  });

  it.each([
    ["https://a.example/", true],
    ["http://a.example/", true],
    ["ftp://a.example/", false],
    ["https://user@a.example/", false],
    ["https://:pass@a.example/", false],
    ["nothing", false],
  ])("takes %s for the address of a page: %s", (href, expected) => {
    expect(webAddress(href) !== undefined).toBe(expected);
  });
});
