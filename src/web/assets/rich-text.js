// @ts-check
// Elements for the tree that the server made of a Markdown text. Knows these few shapes and no others.

import { h } from "./dom.js";

/** @typedef {import("../markdown.ts").Block} Block */
/** @typedef {import("../markdown.ts").Inline} Inline */

/**
 * @param {readonly Block[]} blocks
 * @returns {HTMLElement}
 */
export function richText(blocks) {
  return h("div", { class: "rich" }, blocks.map(blockOf));
}

/** @param {Block} block @returns {HTMLElement} */
function blockOf(block) {
  switch (block.t) {
    case "paragraph":
      return h("p", {}, block.of.map(inlineOf));
    case "heading":
      return h("h3", { class: `heading-${Math.min(block.level, 3)}` }, block.of.map(inlineOf));
    case "list":
      return listOf(block);
    case "quote":
      return h("blockquote", {}, block.of.map(blockOf));
    case "code":
      return h("pre", { tabindex: 0, role: "region", "aria-label": "Code" }, h("code", {}, block.text));
    case "table":
      return tableOf(block);
    case "rule":
      return h("hr");
  }
}

/** @param {Extract<Block, { t: "list" }>} list @returns {HTMLElement} */
function listOf({ start, items }) {
  const entries = items.map((item) => h("li", {}, item.map(blockOf)));
  return start === undefined ? h("ul", {}, entries) : h("ol", { start }, entries);
}

/** @param {Extract<Block, { t: "table" }>} table @returns {HTMLElement} */
function tableOf({ align, head, rows }) {
  /** @param {"th" | "td"} tag @param {readonly Inline[]} cell @param {number} column */
  const cellOf = (tag, cell, column) => {
    const scope = tag === "td" ? undefined : "col";
    return h(tag, { class: `align-${align[column] ?? "left"}`, scope }, cell.map(inlineOf));
  };
  const table = h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head.map((cell, column) => cellOf("th", cell, column)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          row.map((cell, column) => cellOf("td", cell, column)),
        ),
      ),
    ),
  );
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Table" }, table);
}

/** @param {Inline} inline @returns {Node} */
function inlineOf(inline) {
  switch (inline.t) {
    case "text":
      return document.createTextNode(inline.text);
    case "strong":
    case "em":
    case "del":
      return h(inline.t, {}, inline.of.map(inlineOf));
    case "code":
      return h("code", {}, inline.text);
    case "mention":
      return h("span", { class: "mention" }, inline.text);
    case "address":
      return h("span", { class: "address", title: "Not a link: nobody here gave this address" }, inline.text);
    case "break":
      return h("br");
    case "link":
      return linkOf(inline);
  }
}

/** The host is always readable, whatever the label says. @param {Extract<Inline, { t: "link" }>} link @returns {Node} */
function linkOf({ href, host, of }) {
  const label = of.map(inlineOf);
  const link = h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
  const telling = link.textContent?.includes(host) === true;
  if (!telling) link.append(h("span", { class: "host" }, ` (${host})`));
  return link;
}
