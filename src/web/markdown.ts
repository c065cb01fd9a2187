// Markdown as a small tree of plain data. The page builds elements from it, so no markup ever travels (OUT-1).
//
//   MD1  HTML in the text stays text; a picture from elsewhere is never loaded, only named.
//   MD2  A link can be followed only where `mayFollow` says so; any other shows its address as text (OUT-2).
//        Every link shows the host it leads to.
//   MD3  Whatever the text is, there is a tree: what cannot be read as Markdown is one paragraph.

import { Marked, type MarkedToken, type Token, type Tokens } from "marked";
import { webAddress } from "../chat/given-addresses.ts";

export type Inline =
  | { readonly t: "text" | "code" | "address" | "mention"; readonly text: string }
  | { readonly t: "strong" | "em" | "del"; readonly of: readonly Inline[] }
  | { readonly t: "link"; readonly href: string; readonly host: string; readonly of: readonly Inline[] }
  | { readonly t: "break" };

type Align = "left" | "center" | "right";

export type Block =
  | { readonly t: "paragraph"; readonly of: readonly Inline[] }
  | { readonly t: "heading"; readonly level: number; readonly of: readonly Inline[] }
  | { readonly t: "list"; readonly start?: number; readonly items: readonly (readonly Block[])[] }
  | { readonly t: "quote"; readonly of: readonly Block[] }
  | { readonly t: "code"; readonly text: string }
  | {
      readonly t: "table";
      readonly align: readonly (Align | null)[];
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly t: "rule" };

export interface MarkdownOptions {
  readonly mayFollow: (url: URL) => boolean;
  /** Names that are shown as mentions where the text has them after an `@`. */
  readonly names: readonly string[];
}

const marked = new Marked({ gfm: true, breaks: true });
const deepest = 16;

export function parseMarkdown(text: string, options: MarkdownOptions): readonly Block[] {
  try {
    return blocks(marked.lexer(text), { ...options, depth: 0 });
  } catch {
    // nested beyond what the parser's recursion takes: shown as it was written (MD3)
    return [{ t: "paragraph", of: [{ t: "text", text }] }];
  }
}

interface Context extends MarkdownOptions {
  readonly depth: number;
}

function blocks(tokens: readonly Token[], context: Context): readonly Block[] {
  return tokens.flatMap((token) => block(known(token), context));
}

function block(token: MarkedToken, context: Context): readonly Block[] {
  const deeper = { ...context, depth: context.depth + 1 };
  if (deeper.depth > deepest) return [{ t: "paragraph", of: [{ t: "text", text: token.raw }] }];
  if (token.type === "heading")
    return [{ t: "heading", level: token.depth, of: inlines(token.tokens, deeper) }];
  if (token.type === "list") return [list(token, deeper)];
  if (token.type === "blockquote") return [{ t: "quote", of: blocks(token.tokens, deeper) }];
  if (token.type === "code") return [{ t: "code", text: token.text }];
  if (token.type === "table") return [table(token, deeper)];
  if (token.type === "hr") return [{ t: "rule" }];
  return silent.has(token.type) ? [] : [{ t: "paragraph", of: inline(token, deeper) }];
}

const silent: ReadonlySet<MarkedToken["type"]> = new Set(["space", "def", "checkbox"]);

function list({ ordered, start, items }: Tokens.List, context: Context): Block {
  const entries = items.map((item): readonly Block[] => {
    const all = blocks(item.tokens, context);
    return item.task ? withBox(item.checked === true ? "[done]" : "[to do]", all) : all;
  });
  return { t: "list", items: entries, ...(ordered && { start: start === "" ? 1 : start }) };
}

/** Before the words of the task, in their line. */
function withBox(text: string, [first, ...rest]: readonly Block[]): readonly Block[] {
  if (first?.t !== "paragraph")
    return [{ t: "paragraph", of: [{ t: "text", text }] }, ...(first ? [first] : []), ...rest];
  return [{ t: "paragraph", of: [{ t: "text", text: `${text} ` }, ...first.of] }, ...rest];
}

function table({ align, header, rows }: Tokens.Table, context: Context): Block {
  const cells = (row: readonly Tokens.TableCell[]): readonly (readonly Inline[])[] =>
    row.map((cell) => inlines(cell.tokens, context));
  return { t: "table", align, head: cells(header), rows: rows.map(cells) };
}

function inlines(tokens: readonly Token[] | undefined, context: Context): readonly Inline[] {
  return (tokens ?? []).flatMap((token) => inline(known(token), context));
}

function inline(token: MarkedToken, context: Context): readonly Inline[] {
  const deeper = { ...context, depth: context.depth + 1 };
  if (deeper.depth > deepest) return [{ t: "text", text: token.raw }];
  if (isStyled(token)) return [{ t: token.type, of: inlines(token.tokens, deeper) }];
  if (token.type === "codespan") return [{ t: "code", text: token.text }];
  if (token.type === "checkbox") return []; // said by its task
  if (token.type === "br") return [{ t: "break" }];
  if (token.type === "link") return link(token, deeper);
  if (token.type === "image") return picture(token);
  if (token.type === "escape") return [{ t: "text", text: token.text }];
  if (token.type === "paragraph") return inlines(token.tokens, deeper);
  if (token.type !== "text") return [{ t: "text", text: token.raw }]; // HTML stays as it was written (MD1)
  return token.tokens === undefined ? words(token.text, context) : inlines(token.tokens, deeper);
}

function isStyled(token: MarkedToken): token is Tokens.Strong | Tokens.Em | Tokens.Del {
  return token.type === "strong" || token.type === "em" || token.type === "del";
}

function picture({ text, href }: Tokens.Image): readonly Inline[] {
  return [
    { t: "text", text: `[picture: ${text}] ` },
    { t: "address", text: href },
  ];
}

function link({ href, text, tokens }: Tokens.Link, context: Context): readonly Inline[] {
  const url = webAddress(href);
  const label = inlines(tokens, context);
  if (url !== undefined && context.mayFollow(url))
    return [{ t: "link", href: url.href, host: url.host, of: label }];
  const address: Inline = { t: "address", text: url?.href ?? href };
  // A mail address that stands alone is words: it leads nowhere else than it says.
  if (href === `mailto:${text}`) return label;
  const bare = text === href || href.endsWith(`//${text}`);
  return bare ? [address] : [...label, { t: "text", text: " " }, address];
}

function words(text: string, { names }: Context): readonly Inline[] {
  const plain = withoutEntities(text);
  if (names.length === 0) return [{ t: "text", text: plain }];
  const mention = new RegExp(`(?<![\\w@.])(@(?:${names.map(escaped).join("|")}))(?![\\w-]|\\.\\w)`, "giu");
  return plain
    .split(mention)
    .map((part, index): Inline => ({ t: index % 2 === 1 ? "mention" : "text", text: part }))
    .filter((part) => part.t !== "text" || part.text !== "");
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": "\u00a0",
};

function withoutEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => entities[entity] ?? entity);
}

/** Without extensions the parser makes no other tokens. */
function known(token: Token): MarkedToken {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library's own type adds "anything" for extensions
  return token as MarkedToken;
}
