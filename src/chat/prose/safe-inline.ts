// The inside of a paragraph of the agent's Markdown, written anew so that nothing in it calls, hides or leads astray.
//
//   SI1  Slack's own tokens (`<!here>`, `<@U…>`, `<#C…>`, `<https://…|…>`) stay text: no raw angle bracket leaves here.
//   SI2  A link can be clicked only where `mayFollow` says so, and then shows the host it leads to; any other shows
//        its address as code (OUT-2).
//   SI3  A picture from elsewhere is named, not loaded (OUT-1). HTML stays text.

import type { MarkedToken, Token, Tokens } from "marked";
import { followable, type MayFollow, splitAtAddresses, withoutLinks } from "./addresses.ts";

const deepest = 12;
const zeroWidthSpace = "\u200b";

export interface InlineContext {
  readonly mayFollow: MayFollow | undefined;
  readonly depth: number;
}

export function inlines(tokens: readonly Token[] | undefined, context: InlineContext): string {
  return (tokens ?? []).map((token) => inline(known(token), context)).reduce(apart, "");
}

/** Neither two runs of backticks, nor `!` and a link, nor `\\` and either grow together. */
function apart(before: string, next: string): string {
  const touching = /[`\\]$/.test(before) && next.startsWith("`");
  const changed = /[!\\]$/.test(before) && next.startsWith("[");
  return touching || changed ? before + zeroWidthSpace + next : before + next;
}

function inline(token: MarkedToken, context: InlineContext): string {
  const deeper = { ...context, depth: context.depth + 1 };
  if (deeper.depth > deepest) return words(token.raw);
  if (token.type === "strong") return `**${inlines(token.tokens, deeper)}**`;
  if (token.type === "em") return `*${inlines(token.tokens, deeper)}*`;
  if (token.type === "del") return `~~${inlines(token.tokens, deeper)}~~`;
  if (token.type === "link") return link(token, deeper);
  if (token.type === "paragraph") return inlines(token.tokens, deeper);
  return token.type === "text" && token.tokens !== undefined ? inlines(token.tokens, deeper) : leaf(token);
}

/** HTML, and whatever else has no form here, is the words it was written in. */
function leaf(token: MarkedToken): string {
  if (token.type === "codespan") return code(token.text);
  if (token.type === "image") return picture(token);
  if (token.type === "br") return "\n";
  if (token.type === "checkbox") return token.checked ? "[x] " : "[ ] ";
  if (token.type === "escape") return /[<>[\]!`]/.test(token.text) ? words(token.text) : token.raw;
  return words(token.raw);
}

function link(token: Tokens.Link, context: InlineContext): string {
  const url = followable(token.href, context.mayFollow);
  const bare = isBare(token);
  if (url === undefined) {
    const shown = code(bare && token.href.startsWith("mailto:") ? token.text : token.href);
    return bare ? shown : `${inlines(token.tokens, context)} (${shown})`;
  }
  const href = url.href.replace(/[()<>[\]\\`|]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  if (bare) return `[${label(url.href)}](${href})`;
  return `[${label(token.text)}](${href}) (${url.host.replaceAll(".", `.${zeroWidthSpace}`)})`;
}

function isBare({ href, text }: Tokens.Link): boolean {
  return text === href || href.endsWith(`//${text}`) || href === `mailto:${text}`;
}

/** What a link is called: plain words, no address of its own, nothing that could end it. */
function label(text: string): string {
  const shown = withoutLinks(text, undefined).replace(/[[\]<>`*_~\\|!\s]+/g, " ");
  return shown.trim() === "" ? "link" : shown.trim();
}

function picture({ text, href }: Tokens.Image): string {
  return `[picture${text.trim() === "" ? "" : `: ${words(text)}`}] ${code(href)}`;
}

/** One line of code; what holds a backtick, and so could end it, is words. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") return "";
  return line.includes("`") ? escaped(withoutLinks(line, undefined)) : `\`${withoutTokens(line)}\``;
}

/** Slack's tokens broken up, for code, where entities would be shown as they are written. */
export function withoutTokens(text: string): string {
  return text.replace(
    /<(?=!(?:here|channel|everyone|group|subteam|date)|[@#]\w|[a-z][a-z0-9+.-]*:\/\/|(?:mailto|tel|slack):)/gi,
    `<${zeroWidthSpace}`,
  );
}

/** Words as words: no token, no link, no address that Slack could make a link of. */
export function words(text: string): string {
  return splitAtAddresses(text)
    .map((part) => (part.isAddress ? code(part.text) : escaped(part.text)))
    .reduce(apart, "");
}

/** A stray backtick would pair with one of ours, a bracket with what follows. */
function escaped(text: string): string {
  return text
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("`", "'")
    .replace(/\](?=[([:]|$)/g, `]${zeroWidthSpace}`);
}

/** Without extensions the parser makes no other tokens. */
export function known(token: Token): MarkedToken {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library's own type adds "anything" for extensions
  return token as MarkedToken;
}
