// Words of others inside what somebody wrote: forwarded, asked about, quoted. Each of their lines begins with `>`, as people quote.
//
//   PW1  Who passes words on has not said them: they give no address and are nobody's order (TNT-1, TNT-4).
//   PW2  Nothing in them ends the quote: every kind of line break in them begins a quoted line.
//   PW3  Names of files and of authors are others' words, too.

import { externalMarks, strangerMarks, type TaintMarks, untainted } from "./taint.ts";
import type { Person } from "./person.ts";

const lineBreaks = /\r\n?|[\n\v\f\u0085\u2028\u2029]/u;
const heading = /^Message(?: by .*)?:$/su;
const attached = /^\[Attached(?::| but not saved:)/u;

/** Somebody else's message inside another. */
export function quotedWords(text: string, by: string | undefined): string {
  const lines = text.split(lineBreaks).map((line) => `> ${line}`);
  const author = by?.split(/\s+/u).join(" ").trim() ?? "";
  return [`Message${author === "" ? "" : ` by ${author}`}:`, ...lines].join("\n");
}

/** What its writer said in their own words (PW1). */
export function ownWords(text: string): string {
  const lines = text.split(lineBreaks);
  return lines.filter((_, at) => !isOthers(lines, at)).join("\n");
}

/** The rest of it. */
export function othersWords(text: string): string {
  const lines = text.split(lineBreaks);
  return lines.filter((_, at) => isOthers(lines, at)).join("\n");
}

function isOthers(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? "";
  if (isQuote(line) || attached.test(line)) return true;
  return heading.test(line) && isQuote(lines[at + 1] ?? "");
}

function isQuote(line: string): boolean {
  return line.trimStart().startsWith(">");
}

/** What marks a message in which words of `author` are passed on; none where a colleague wrote them. */
export function marksPassedOn(author: Person | undefined, name: string | undefined): string[] {
  if (author?.kind === "member") return [];
  if (author) return [...strangerMarks(author.key).external];
  return [`message by ${name?.slice(0, 100) ?? "somebody"}`];
}

/** Of what somebody wrote, in which others' words may be. */
export function passedMarks({
  passedOn = [],
}: {
  readonly passedOn?: readonly string[] | undefined;
}): TaintMarks {
  return passedOn.length === 0 ? untainted : externalMarks(...passedOn);
}
