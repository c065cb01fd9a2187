// A fetched page as text for a model: HTML without its dressing, everything else as it was sent.

import { convert, type FormatCallback, type HtmlToTextOptions } from "html-to-text";
import { Parser } from "htmlparser2";
import type { FetchedPage } from "../net/contract.ts";
import { fromWindows1252, sniff, sniffBytes } from "../workspace/decode-text.ts";

export type PageContent =
  | { readonly kind: "text"; readonly text: string }
  /** `looksLike` completes "it is …". */
  | { readonly kind: "binary"; readonly looksLike: string };

export function contentOf(page: Omit<FetchedPage, "status">): PageContent {
  const { body, contentType } = page;
  const type = mediaType(contentType);
  const html = isHtml(type, body);
  const charset = charsetOf(contentType) ?? (html ? charsetInside(body) : undefined);
  const sniffed = sniff(body.subarray(0, sniffBytes), body.length <= sniffBytes && !page.truncated);
  if (sniffed.kind === "binary" && charset?.startsWith("utf-16") !== true) return sniffed;
  if (/^(?:image|audio|video|font)\/(?!svg)/.test(type)) return { kind: "binary", looksLike: type };
  const text = decode(body, charset ?? (sniffed.kind === "text" ? sniffed.encoding : "utf-8"));
  return { kind: "text", text: html ? htmlText(text, page.url) : text };
}

function mediaType(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function charsetOf(contentType: string): string | undefined {
  return /charset\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1]?.toLowerCase();
}

/** As a page declares it in its first kilobyte. */
function charsetInside(body: Buffer): string | undefined {
  return charsetOf(body.subarray(0, 1024).toString("latin1"));
}

function isHtml(type: string, body: Buffer): boolean {
  if (type !== "") return type === "text/html" || type === "application/xhtml+xml";
  return /^\s*<(?:!doctype html|html)/i.test(body.subarray(0, 200).toString("latin1"));
}

function decode(body: Buffer, charset: string): string {
  if (["windows-1252", "iso-8859-1", "latin1"].includes(charset)) return fromWindows1252(body);
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString(); // a name that nobody knows
  }
}

const maxHtmlChars = 2_000_000;
const deepest = 500;
const checkedAtOnce = 16_384;

/** What a reader of the page would read; the page itself where it is made to choke its readers. */
function htmlText(html: string, url: string): string {
  const bounded = html.slice(0, maxHtmlChars);
  return isTooDeep(bounded) ? bounded : convert(bounded, optionsFor(url));
}

/** Parsers take quadratic time for elements in elements in elements: no honest page goes so far. */
function isTooDeep(html: string): boolean {
  let depth = 0;
  let most = 0;
  const parser = new Parser({
    onopentagname() {
      depth += 1;
      most = Math.max(most, depth);
    },
    onclosetag() {
      depth -= 1;
    },
  });
  for (let from = 0; from < html.length && most <= deepest; from += checkedAtOnce) {
    parser.write(html.slice(from, from + checkedAtOnce));
  }
  return most > deepest;
}

/** A row on a line, cells parted by bars. Spans are ignored: a page may claim a cell as wide as memory. */
const row: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  const cells = element.children.filter(({ name }) => name === "td" || name === "th");
  for (const [i, cell] of cells.entries()) {
    if (i > 0) builder.addLiteral(" | ");
    walk(cell.children, builder);
  }
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const skipped = ["script", "style", "noscript", "template", "svg", "nav", "iframe", "form", "button", "img"];
const headings = ["h1", "h2", "h3", "h4", "h5", "h6"];

function optionsFor(url: string): HtmlToTextOptions {
  // Links as they can be fetched: whole. Mail addresses come without their scheme.
  const pathRewrite = (href: string): string => {
    return !/^[^/:?#]+@/.test(href) && URL.canParse(href, url) ? new URL(href, url).href : href;
  };
  return {
    wordwrap: false,
    baseElements: { selectors: ["body"], returnDomByDefault: true },
    limits: { maxInputLength: maxHtmlChars, maxDepth: 100, maxBaseElements: 1, ellipsis: "…" },
    formatters: { row },
    selectors: [
      ...skipped.map((selector) => ({ selector, format: "skip" })),
      ...headings.map((selector) => ({ selector, options: { uppercase: false } })),
      { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true, pathRewrite } },
      { selector: "table", format: "block" },
      { selector: "tr", format: "row" },
      { selector: "hr", options: { length: 3 } },
    ],
  };
}
