// Safe Markdown taken apart, for readers that know only some of it: Teams' cards know bold, italics, links and lists, and neither code
// nor tables nor headings nor quotes; its messages know no tables.
//
//   PB1  Takes what safe-markdown.ts gave and opens nothing that it closed: words keep the escapes that they have.
//   PB2  A line stays a line: nothing of what is shown is run together with what is above it.

import { Marked, type MarkedToken, type Token, type Tokens } from "marked";
import { known } from "./safe-inline.ts";

export type ProseBlock =
  | { readonly kind: "line" | "heading" | "list"; readonly markdown: string; readonly follows: boolean }
  /** As it stands, in letters of one width. */
  | { readonly kind: "code"; readonly lines: readonly string[] };

/** Makes words of what stood as code among words. */
export type Unformatted = (code: string) => string;

const marked = new Marked({ gfm: true });

export function proseBlocks(safe: string, unformatted: Unformatted): readonly ProseBlock[] {
  return marked.lexer(safe).flatMap((token) => blocksOf(known(token), unformatted));
}

/** With each table as lined-up text in a block of code. */
export function withoutTables(safe: string): string {
  return marked
    .lexer(safe)
    .map((unknown) => {
      const token = known(unknown);
      if (token.type !== "table") return token.raw;
      return `\`\`\`\n${tableLines(token).join("\n")}\n\`\`\`\n\n`;
    })
    .join("")
    .trimEnd();
}

function blocksOf(token: MarkedToken, unformatted: Unformatted): readonly ProseBlock[] {
  if (token.type === "space" || token.type === "def" || token.type === "hr") return [];
  if (token.type === "heading")
    return linesOf(inlineOf(token.tokens, unformatted).replaceAll("\n", " "), "heading");
  if (token.type === "code") return [{ kind: "code", lines: token.text.split("\n") }];
  if (token.type === "table") return [{ kind: "code", lines: tableLines(token) }];
  if (token.type === "list") return listBlocks(token, unformatted);
  if (token.type === "blockquote")
    return token.tokens.flatMap((inner) => blocksOf(known(inner), unformatted)).map(quoted);
  return linesOf(inlineOf([token], unformatted), "line");
}

function linesOf(text: string, kind: "line" | "heading"): readonly ProseBlock[] {
  const lines = text.split("\n").filter((markdown) => markdown.trim() !== "");
  return lines.map((markdown, at) => ({ kind, markdown, follows: at > 0 }));
}

function quoted(block: ProseBlock): ProseBlock {
  return block.kind === "code" ? block : { ...block, markdown: `“${block.markdown}”` };
}

/** One block, broken only by what can't be in a list. */
function listBlocks(list: Tokens.List, unformatted: Unformatted): readonly ProseBlock[] {
  const blocks: ProseBlock[] = [];
  for (const part of listParts(list, "", unformatted)) {
    const last = blocks.at(-1);
    if (typeof part !== "string") blocks.push(part);
    else if (last?.kind === "list") blocks.splice(-1, 1, { ...last, markdown: `${last.markdown}\n${part}` });
    else blocks.push({ kind: "list", markdown: part, follows: blocks.length > 0 });
  }
  return blocks;
}

function listParts(
  { ordered, start, items }: Tokens.List,
  indent: string,
  unformatted: Unformatted,
): readonly (string | ProseBlock)[] {
  const first = start === "" ? 1 : start;
  return items.flatMap((item, index) => {
    const marker = ordered ? `${first + index}. ` : "- ";
    const isInline = (token: Token): boolean => ["text", "paragraph", "checkbox"].includes(token.type);
    const words = inlineOf(item.tokens.filter(isInline), unformatted).replaceAll("\n", " ").trim();
    const rest = item.tokens.filter((token) => !isInline(token)).map(known);
    return [
      `${indent}${marker}${words}`,
      ...rest.flatMap((token) =>
        token.type === "list"
          ? listParts(token, `${indent}${" ".repeat(marker.length)}`, unformatted)
          : blocksOf(token, unformatted),
      ),
    ];
  });
}

function inlineOf(tokens: readonly Token[] | undefined, unformatted: Unformatted): string {
  return (tokens ?? []).map((token) => oneOf(known(token), unformatted)).join("");
}

function oneOf(token: MarkedToken, unformatted: Unformatted): string {
  if (token.type === "strong") return `**${inlineOf(token.tokens, unformatted)}**`;
  if (token.type === "em") return `_${inlineOf(token.tokens, unformatted)}_`;
  if (token.type === "del" || token.type === "paragraph") return inlineOf(token.tokens, unformatted);
  if (token.type === "codespan") return unformatted(token.text);
  if (token.type === "br") return "\n";
  return token.type === "text" && token.tokens !== undefined
    ? inlineOf(token.tokens, unformatted)
    : token.raw;
}

/** Columns as wide as what is widest in them, up to a bound. */
const widestColumn = 40;

function tableLines({ header, rows, align }: Tokens.Table): readonly string[] {
  const all = [header, ...rows].map((row) => row.map(({ tokens }) => wordsOf(tokens)));
  const widths = header.map((_, column) =>
    Math.min(widestColumn, Math.max(...all.map((row) => (row[column] ?? "").length))),
  );
  const shown = all.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return align[column] === "right" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
  const [head = "", ...body] = shown;
  return [head, widths.map((width) => "-".repeat(width)).join("  "), ...body];
}

/** As they are read, without any mark. */
function wordsOf(tokens: readonly Token[]): string {
  return tokens
    .map((unknown) => {
      const token = known(unknown);
      if ("tokens" in token && token.tokens !== undefined) return wordsOf(token.tokens);
      return "text" in token ? token.text : token.raw;
    })
    .join("")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
