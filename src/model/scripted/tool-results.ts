// What the real tools answer, read back. A result of another form is a failure, told as it is.

import type { Piece } from "./csv/fold.ts";

export type ReadResult =
  | ({ readonly kind: "piece" } & Piece)
  | { readonly kind: "empty" }
  | { readonly kind: "failed"; readonly problem: string };

const readFooter = /^\[lines (\d+)[–-](\d+) of (\d+)\b(.*)\]$/;

/** A result of `read_file`: lines, and in the end which they are. */
export function readResult(result: string): ReadResult {
  const lines = result.split("\n");
  const at = lines.findLastIndex((line) => readFooter.test(line));
  const [, from, to, total, notes = ""] = readFooter.exec(lines[at] ?? "") ?? [];
  if (from === undefined) {
    return /^\S.* is empty\.$/.test(result)
      ? { kind: "empty" }
      : { kind: "failed", problem: firstLine(result) };
  }
  const piece = { from: Number(from), to: Number(to), total: Number(total) };
  if (piece.to < piece.from || at !== piece.to - piece.from + 1) {
    return { kind: "failed", problem: `lines ${from} to ${to} of it came back incomplete` };
  }
  const text = lines.slice(0, at).join("\n");
  return { kind: "piece", ...piece, text, broken: notes.includes("long lines are broken") };
}

export interface Match {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

export type SearchResult =
  | { readonly kind: "found"; readonly matches: readonly Match[]; readonly more: boolean }
  | { readonly kind: "failed"; readonly problem: string };

/** A result of `search_files`: a line for each match, and in the end how many. */
export function searchResult(result: string): SearchResult {
  if (result.startsWith("No line matches")) {
    return { kind: "found", matches: [], more: result.includes("took too long") };
  }
  const lines = result.split("\n");
  const footer = lines.findLast((line) => /^\[\d+ hits? in /.test(line));
  if (footer === undefined) return { kind: "failed", problem: firstLine(result) };
  const matches = lines.flatMap((line): Match[] => {
    const [, path, number, text = ""] = /^(.+?):(\d+): (.*)$/.exec(line) ?? [];
    return path === undefined ? [] : [{ path, line: Number(number), text }];
  });
  return { kind: "found", matches, more: /may be more|took too long/.test(footer) };
}

export type ListResult =
  | { readonly kind: "listed"; readonly paths: readonly string[]; readonly files: number }
  | { readonly kind: "failed"; readonly problem: string };

/** A result of `list_files`: paths with their sizes, and in the end how many. */
export function listResult(result: string): ListResult {
  if (/^\S.* is empty\.$/.test(result)) return { kind: "listed", paths: [], files: 0 };
  const files = /^\[(\d+) files?, \d+ folders?\]$/m.exec(result)?.[1];
  if (files === undefined) return { kind: "failed", problem: firstLine(result) };
  const paths = [...result.matchAll(/^(.+) {2}\S.*$/gm)].map((match) => match[1] ?? "");
  return { kind: "listed", paths, files: Number(files) };
}

/** `undefined` if `write_file` did what it was asked to, else why not. */
export function writeProblem(result: string): string | undefined {
  return /^(?:Wrote|Replaced) /.test(result) ? undefined : firstLine(result);
}

export function firstLine(text: string): string {
  return (text.trim().split("\n", 1)[0] ?? "").slice(0, 300);
}
