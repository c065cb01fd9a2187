// The agent's Markdown, parsed and written anew in the few forms that every reader of Markdown takes alike (OUT-1 to
// OUT-3). What is inert is inert whichever way Slack reads it, because nothing of the source is passed through.
//
//   SM1  Headings, lists, quotes, code, tables and rules stay what they are; the inside is safe-inline.ts.
//   SM2  No line of code ends its block early.
//   SM3  Whatever the text is, there is a form of it: what cannot be read as Markdown is one paragraph of words.
//   SM4  Applied twice, the second time opens nothing that the first has closed.

import { Marked, type Token, type Tokens } from "marked";
import type { MayFollow } from "./addresses.ts";
import { fit } from "./fit-text.ts";
import { type InlineContext, inlines, known, withoutTokens, words } from "./safe-inline.ts";

const marked = new Marked({ gfm: true });
const deepest = 8;
const zeroWidthSpace = "\u200b";

export function safeMarkdown(text: string, mayFollow?: MayFollow): string {
  try {
    return blocks(marked.lexer(text), { mayFollow, depth: 0 }).trim();
  } catch {
    // nested beyond what the parser's recursion takes (SM3)
    return words(text);
  }
}

/** The same in at most `limit` characters, with a word where something is missing. */
export function safeMarkdownWithin(text: string, limit: number, mayFollow?: MayFollow): string {
  const whole = text.length <= limit ? safeMarkdown(text, mayFollow) : undefined;
  if (whole !== undefined && whole.length <= limit) return whole;
  const mark = "\n\n(Cut here, because it is too long for one message.)";
  for (let room = limit - mark.length; room > 0; room = Math.floor(room * 0.8)) {
    const cut = safeMarkdown(fit(text, room), mayFollow) + mark;
    if (cut.length <= limit) return cut;
  }
  return mark.trim();
}

function blocks(tokens: readonly Token[], context: InlineContext, between = "\n\n"): string {
  return tokens
    .map((token) => block(token, context))
    .filter((part) => part.trim() !== "")
    .join(between);
}

function block(unknown: Token, context: InlineContext): string {
  const token = known(unknown);
  const deeper = { ...context, depth: context.depth + 1 };
  if (token.type === "space" || token.type === "def") return "";
  if (deeper.depth > deepest) return plainStart(words(token.raw));
  if (token.type === "heading") return `${"#".repeat(token.depth)} ${oneLine(inlines(token.tokens, deeper))}`;
  if (token.type === "list") return list(token, deeper);
  if (token.type === "blockquote") return indented(blocks(token.tokens, deeper), "> ", "> ");
  if (token.type === "code") return codeBlock(token.text);
  if (token.type === "table") return table(token, deeper);
  return token.type === "hr" ? "---" : plainStart(inlines([token], deeper));
}

function list({ ordered, start, items, loose }: Tokens.List, context: InlineContext): string {
  const first = start === "" ? 1 : start;
  return items
    .map((item, index) => {
      const marker = ordered ? `${first + index}. ` : "- ";
      const boxes = item.tokens.filter((token) => token.type === "checkbox");
      const rest = item.tokens.filter((token) => token.type !== "checkbox");
      const text = `${inlines(boxes, context)}${blocks(rest, context, loose ? "\n\n" : "\n")}`;
      return indented(text, marker, " ".repeat(marker.length));
    })
    .join(loose ? "\n\n" : "\n");
}

function table({ align, header, rows }: Tokens.Table, context: InlineContext): string {
  const row = (cells: readonly Tokens.TableCell[]): string =>
    `| ${cells.map((cell) => oneLine(inlines(cell.tokens, context)).replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = align.map((side) => (side === "right" ? "--:" : side === "center" ? ":-:" : "---"));
  return [row(header), `| ${rule.join(" | ")} |`, ...rows.map(row)].join("\n");
}

function codeBlock(text: string): string {
  if (text.trim() === "") return "";
  const closed = withoutTokens(text).replace(/`{3}/g, (run) => run.split("").join(zeroWidthSpace));
  return `\`\`\`\n${closed}\n\`\`\``;
}

/** A paragraph that would read as the beginning of something else stays a paragraph. */
function plainStart(text: string): string {
  return text.replace(/^[ \t]+/gm, "").replace(/^(?=~{3})/gm, zeroWidthSpace);
}

function indented(text: string, first: string, rest: string): string {
  return text
    .split("\n")
    .map((line, index) => `${index === 0 ? first : rest}${line}`.trimEnd())
    .join("\n");
}

function oneLine(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
}
