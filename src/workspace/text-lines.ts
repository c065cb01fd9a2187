// A text file line by line, whatever its size: in constant memory, a piece at a time.

import type { Workspace } from "./contract.ts";
import { createDecoder, sniff, sniffBytes, type TextEncoding } from "./decode-text.ts";
import { quoted, WorkspaceError } from "./errors.ts";
import { sizeText } from "./usage.ts";

/** A line without its end, or a part of one that is longer than what was asked for. */
export interface TextLine {
  /** From 1; the parts of a line share it. */
  readonly number: number;
  readonly text: string;
  /** The next part belongs to the same line. */
  readonly goesOn: boolean;
}

export interface TextLines {
  readonly encoding: TextEncoding;
  readonly sizeBytes: number;
  /** The lines, some at a time. To be gone through once. */
  readonly batches: AsyncIterable<readonly TextLine[]>;
}

const pieceBytes = 1024 * 1024;

/**
 * Lines longer than `maxLineChars` come in parts. Rejects with a sentence when the file is no text; the encoding is
 * told by its first 64 KB.
 */
export async function readLines(
  workspace: Pick<Workspace, "stat" | "read">,
  path: string,
  maxLineChars: number,
): Promise<TextLines> {
  const front = await workspace.read(path, 0, sniffBytes);
  const { sizeBytes } = await workspace.stat(path);
  const sniffed = sniff(front, front.length >= sizeBytes);
  if (sniffed.kind === "binary") {
    throw new WorkspaceError(
      "workspace.binary",
      `${quoted(path)} is not text: it looks like ${sniffed.looksLike} (${sizeText(sizeBytes)}).`,
    );
  }
  const { encoding } = sniffed;
  const texts = decoded(readPieces(workspace, path, front), encoding);
  return { encoding, sizeBytes, batches: splitLines(texts, maxLineChars) };
}

async function* readPieces(
  workspace: Pick<Workspace, "read">,
  path: string,
  front: Buffer,
): AsyncGenerator<Buffer> {
  let offset = 0;
  for (let piece = front; piece.length > 0; piece = await workspace.read(path, offset, pieceBytes)) {
    offset += piece.length;
    yield piece;
  }
}

async function* decoded(pieces: AsyncIterable<Buffer>, encoding: TextEncoding): AsyncGenerator<string> {
  const decode = createDecoder(encoding);
  for await (const piece of pieces) yield decode(piece, false);
  yield decode(Buffer.alloc(0), true);
}

async function* splitLines(
  texts: AsyncIterable<string>,
  maxChars: number,
): AsyncGenerator<readonly TextLine[]> {
  let number = 1;
  let rest = "";
  for await (const text of texts) {
    const ended = (rest + text).split("\n");
    rest = ended.pop() ?? "";
    const lines: TextLine[] = [];
    for (const line of ended) {
      const last = cutOff(line, number, maxChars, lines);
      lines.push({ number, text: last.endsWith("\r") ? last.slice(0, -1) : last, goesOn: false });
      number += 1;
    }
    rest = cutOff(rest, number, maxChars, lines);
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") yield [{ number, text: rest, goesOn: false }];
}

/** Moves full parts from the front of `text` to `into`; what is left is at most one part and a line end. */
function cutOff(text: string, number: number, maxChars: number, into: TextLine[]): string {
  let left = text;
  while (left.length > maxChars + 1) {
    const splitsPair = /[\ud800-\udbff]/.test(left.charAt(maxChars - 1));
    const length = splitsPair ? maxChars - 1 : maxChars;
    into.push({ number, text: left.slice(0, length), goesOn: true });
    left = left.slice(length);
  }
  return left;
}
