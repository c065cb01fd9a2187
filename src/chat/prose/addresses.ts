// Web addresses in plain words, which a chat platform would turn into links by itself (OUT-2).

import { withoutEnding } from "../../base/without-ending.ts";
import { webAddress } from "../given-addresses.ts";

/** Which addresses in the agent's words may be clicked (OUT-2). */
export type MayFollow = (url: URL) => boolean;

/** Each begins only where no longer one could have begun, so that a long word is looked at once. */
const kinds = [
  String.raw`(?<![a-z0-9+.-])[a-z0-9+.-]+:\/\/`,
  String.raw`(?<![a-z0-9])(?:mailto|tel|slack|javascript|data):(?=\S)`,
  String.raw`(?<![a-z0-9])www\.`,
  String.raw`(?<![\p{L}\p{N}.-])(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?=\/|[?#]\w|:\d)`,
  String.raw`(?<![\w.+-])[\w.+-]+@(?:[\p{L}\p{N}_-]+\.)+\p{L}`,
];
const address = new RegExp(String.raw`(?:${kinds.join("|")})[^\s<>${"`"}|"]*`, "giu");

export interface TextPart {
  readonly text: string;
  readonly isAddress: boolean;
}

export function splitAtAddresses(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const found = withoutEnding(match[0], ".,;:!?)]}'*_~");
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isAddress: false });
    if (found !== "") parts.push({ text: found, isAddress: true });
    end = match.index + found.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isAddress: false });
  return parts;
}

/** The address behind `href` where it may be clicked. */
export function followable(href: string, mayFollow: MayFollow | undefined): URL | undefined {
  const url = webAddress(href);
  return url !== undefined && mayFollow?.(url) === true ? url : undefined;
}

const zeroWidthSpace = "\u200b";

/** With every address that may not be clicked broken up, so that it becomes no link. */
export function withoutLinks(text: string, mayFollow: MayFollow | undefined): string {
  return splitAtAddresses(text)
    .map((part) =>
      part.isAddress && followable(part.text, mayFollow) === undefined
        ? part.text.replace(/(?<=[.:@])/g, zeroWidthSpace)
        : part.text,
    )
    .join("");
}
