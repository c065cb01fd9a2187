// The rich form of a message, which Teams sends beside its words or instead of them: what it says, and where its links lead. What it
// quotes of others is no part of it.

import { webAddress } from "../../given-addresses.ts";
import type { Activity } from "./shapes.ts";

const longest = 100_000;

/** Empty where there is none. */
export function richForm({ attachments = [] }: Activity): string {
  const html = attachments.find(({ contentType }) => contentType === "text/html")?.content;
  if (typeof html !== "string") return "";
  return html
    .slice(0, longest)
    .replace(/<blockquote\b[^<>]{0,300}schema\.skype\.com\/Reply[^]*?(?:<\/blockquote>|$)/gi, " ");
}

/** With mentions as `text` has them. */
export function wordsOf(html: string): string {
  const marked = html
    .replace(/<at\b[^<>]*>/gi, "<at>")
    .replace(/<span\b[^<>]{0,300}schema\.skype\.com\/Mention[^<>]*>([^<>]*)<\/span>/gi, "<at>$1</at>")
    .replace(/<li\b[^<>]*>/gi, "- ")
    .replace(/<(?:br|\/(?:p|div|li|tr|pre|blockquote|h[1-6]))\b[^<>]*>/gi, "\n")
    .replace(/<(?!\/?at>)[^<>]*>/gi, "");
  return withCharacters(marked);
}

export interface RichLink {
  readonly address: string;
  readonly label: string;
}

const mostLinks = 100;
const link =
  /<a\b[^<>]{0,500}?\shref=(?:"([^"<>]{1,2000})"|'([^'<>]{1,2000})')[^<>]{0,2000}>([^]{0,2000}?)<\/a>/gi;

/** To pages, in their order. One around a picture is none that somebody wrote, or has seen. */
export function linksOf(html: string): readonly RichLink[] {
  return [...html.matchAll(link)].slice(0, mostLinks).flatMap(([, double, single, inside = ""]) => {
    const address = withCharacters(double ?? single ?? "").trim();
    const label = wordsOf(inside).replace(/\s+/g, " ").trim();
    return label === "" || webAddress(address) === undefined ? [] : [{ address, label }];
  });
}

const named: Readonly<Record<string, string>> = {
  nbsp: " ",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function withCharacters(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|(nbsp|lt|gt|quot|apos|amp));/g, (written, code?: string, name = "") =>
    code === undefined ? (named[name] ?? written) : characterOf(Number(code), written),
  );
}

function characterOf(code: number, written: string): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : written;
}
