// The one result or failure of a run (ux c.6, c.7): a new message that stands alone. Words where there is nothing to
// click, a card where there is (T-M18).
//
//   TS1  The first line says the outcome and what it is of, or is the answer that people have seen being written (T-M8): then the
//        outcome stands below. Where messages stand one under the other (a group chat) it stands under the request (T-M9).
//   TS2  A link that may be followed has its number in the text and its citation beside it, ten at most (T-M2).
//   TS3  Thumbs are Teams' own (T-M3); what they were about the message says, so they carry nothing.

import type { Button, ResultMessage } from "../../../domain/outbox.ts";
import { byteSize } from "../../byte-size.ts";
import { webAddress } from "../../given-addresses.ts";
import { fitLabel, fitLine } from "../../prose/fit-text.ts";
import { withoutTables } from "../../prose/prose-blocks.ts";
import { safeMarkdownWithin } from "../../prose/safe-markdown.ts";
import { type CardContent, confirmed, heading, line, link, plain, prose, small } from "./card-parts.ts";
import { inert, type Mention, mention, withLocalDates } from "./safe-words.ts";
import type { Json, RenderPlace } from "./teams-message.ts";

const titleLimit = 80;
const quoteLimit = 160;
const proseLimit = 14_000;
const mostCitations = 10;

const outcomeWords: Readonly<Record<ResultMessage["outcome"], string>> = {
  done: "Done",
  failed: "Failed",
  stopped: "Stopped",
  expired: "Expired",
};

export function nextActions(result: ResultMessage): readonly Button[] {
  return result.buttons.filter(({ action }) => !action.startsWith("feedback."));
}

export function takesFeedback({ buttons }: ResultMessage): boolean {
  return buttons.some(({ action }) => action === "feedback.up");
}

export interface ResultText {
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly citations: readonly Json[];
}

export function resultText(result: ResultMessage, to: RenderPlace): ResultText {
  const { head, mentions } = headOf(result, to);
  const cited = answerText(result.text, to);
  const details = to.detailsUrl === undefined ? "" : ` · [Details](${to.detailsUrl})`;
  const body = [cited.text, ...fileLines(result, to)];
  const footer = `*${inert(result.footer, 400, "-")}*${details}`;
  const parts = to.streamed === true ? [...body, head, footer] : [quoted(result), head, ...body, footer];
  return {
    text: parts.filter((part) => part !== "").join("\n\n"),
    mentions,
    citations: cited.citations,
  };
}

/** The words of a result and what they go back to. The beginning of a text gives the beginning of its words. */
export function answerText(
  text: string,
  to: Pick<RenderPlace, "mayFollow" | "room">,
): Pick<ResultText, "text" | "citations"> {
  return withCitations(messageProse(text, to, proseLimit));
}

export function resultContent(result: ResultMessage, to: RenderPlace): Omit<CardContent, "fallbackText"> {
  const { head, mentions } = headOf(result, to);
  return {
    refreshes: false,
    entities: mentions.map(({ entity }) => entity),
    body: [
      ...plain(fitLabel(result.quote ?? "", quoteLimit, ""), { isSubtle: true, italic: true }),
      heading(head.replaceAll("**", "")),
      ...prose(result.text, to, proseLimit),
      ...fileLines(result, to).map((text) => line(text)),
      ...small(withLocalDates(inert(result.footer, 400, "-"))),
    ],
    actions: [
      ...nextActions(result).map((button) => confirmed(button, to.nonce)),
      ...link(to.detailsUrl, "Details"),
    ],
  };
}

function headOf(
  result: ResultMessage,
  to: RenderPlace,
): { readonly head: string; readonly mentions: readonly Mention[] } {
  const called = mention(result.mention, result.mentionName, to);
  const who = called?.markup ?? (result.mention === undefined ? "" : inert(result.mentionName, 80, ""));
  const title = inert(result.title, titleLimit, "Untitled");
  const head = `${who} **${outcomeWords[result.outcome]}** - ${title}`.trim();
  return { head, mentions: called === undefined ? [] : [called] };
}

/** Prose of a message that is no card: Teams knows no tables there. */
export function messageProse(
  text: string,
  to: Pick<RenderPlace, "mayFollow" | "room">,
  limit: number,
): string {
  return withoutTables(safeMarkdownWithin(text, Math.min(limit, to.room ?? limit), to.mayFollow));
}

/** In Teams' Markdown; empty where it has a thread to stand in. */
export function quoted({ quote }: Pick<ResultMessage, "quote">): string {
  return quote === undefined ? "" : `> ${inert(quote, quoteLimit, "-")}`;
}

/** Files that Teams shows itself are not named here. */
export function fileLines({ files }: Pick<ResultMessage, "files">, to: RenderPlace): readonly string[] {
  if (to.fileLink === undefined) return [];
  const { fileLink } = to;
  return files.map(({ name, title, sha256, sizeBytes }) => {
    const url = fileLink(name, sha256);
    const shown = inert(title ?? name, 120, "file");
    const size = byteSize(sizeBytes);
    return url === undefined
      ? `File: ${shown} (${size}). I can't put files here; write to me in our personal chat and I give it to you.`
      : `File: [${shown}](${url}) (${size})`;
  });
}

const followedLink = /\[([^[\]]+)\]\((https?:\/\/[^)\s]+)\)/g;

function withCitations(markdown: string): Pick<ResultText, "text" | "citations"> {
  const urls: { readonly url: string; readonly name: string }[] = [];
  const text = markdown.replace(followedLink, (whole, name: string, address: string) => {
    const url = webAddress(address);
    if (url === undefined) return whole;
    const at = urls.findIndex((one) => one.url === url.href);
    if (at < 0 && urls.length >= mostCitations) return whole;
    if (at < 0) urls.push({ url: url.href, name });
    return `${whole} [${at < 0 ? urls.length : at + 1}]`;
  });
  return { text, citations: urls.map(citation) };
}

function citation({ url, name }: { readonly url: string; readonly name: string }, index: number): Json {
  const { host } = new URL(url);
  return {
    "@type": "Claim",
    position: index + 1,
    appearance: {
      "@type": "DigitalDocument",
      name: fitLabel(name, 80, host),
      url,
      abstract: fitLine(`A page at ${host} that the answer goes back to`, 160),
    },
  };
}
