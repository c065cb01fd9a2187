import { describe, expect, it } from "vitest";
import { contentOf, type PageContent } from "../../src/tools/page-text.ts";

function page(body: Buffer | string, contentType = "text/html"): PageContent {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return contentOf({ url: "https://example.com/docs/page?x=1", contentType, body: bytes, truncated: false });
}

const text = (expected: string): PageContent => ({ kind: "text", text: expected });

describe("tools/page-text", () => {
  it("gives what a reader of a page would read", () => {
    const html = `<!doctype html><head><title>T</title><style>a{}</style></head><body>
      <nav><a href="/">Home</a></nav><h1>Prices &amp; terms</h1>
      <p>See <a href="../terms">the terms</a>, <a href="#top">top</a> or <a href="mailto:ana@example.com">Ana</a>.</p>
      <ul><li>one</li><li>two</li></ul><script>alert("x")</script></body>`;

    expect(page(html)).toEqual(
      text(
        "Prices & terms\n\nSee the terms [https://example.com/terms], top or Ana [ana@example.com].\n\n * one\n * two",
      ),
    );
  });

  it("gives tables row by row", () => {
    const html =
      "<table><tr><th>Name</th> <th>Sum</th></tr>\n<tr><td>Ana</td> <td colspan=2>12</td></tr></table>";

    expect(page(html)).toEqual(text("Name | Sum\nAna | 12"));
  });

  it("does not believe a cell that claims to be as wide as memory", () => {
    expect(page("<table><tr><td colspan=100000000 rowspan=100000>x</td></tr></table>")).toEqual(text("x"));
  });

  it.each(["<div>", "<b>", "<table><tr><td>", "<p><td>"])(
    "gives a page as it is that nests %s without end",
    (tag) => {
      const html = tag.repeat(50_000);

      expect(page(html)).toEqual(text(html));
    },
  );

  it.each([
    ["the header", Buffer.from("caf\xe9 \x80", "latin1"), "text/plain; charset=windows-1252", "café €"],
    [
      "the header, which names another one wrongly",
      Buffer.from("caf\xe9 \x80", "latin1"),
      "text/plain; charset=ISO-8859-1",
      "café €",
    ],
    ["the page", Buffer.from('<meta charset="windows-1251"><p>\xcf\xf0', "latin1"), "text/html", "Пр"],
    ["its bytes", Buffer.from("caf\xe9", "latin1"), "text/plain", "café"],
    ["its byte order mark", Buffer.from("\ufeffcafé", "utf16le"), "text/plain", "café"],
    ["nothing known", Buffer.from("café"), "text/plain; charset=klingon", "café"],
  ])("decodes by %s", (_by, body, contentType, expected) => {
    expect(page(body, contentType)).toEqual(text(expected));
  });

  it("gives other text as it is", () => {
    expect(page('{"id":12345678901234567890}', "application/json")).toEqual(
      text('{"id":12345678901234567890}'),
    );
    expect(page("<a>x</a>", "application/xml")).toEqual(text("<a>x</a>"));
    expect(page("<html><body>x", "")).toEqual(text("x"));
  });

  it.each([
    ["%PDF-1.7", "application/pdf", "a PDF document"],
    ["\x00\x01", "", "binary data"],
    ["GIF89a", "image/gif", "image/gif"],
  ])("tells that %j of type %j is no text", (body, contentType, looksLike) => {
    expect(page(Buffer.from(body, "latin1"), contentType)).toEqual({ kind: "binary", looksLike });
  });
});
