// Bytes to text: UTF-8, UTF-16 by its byte order mark, and windows-1252 as what old office exports are in.
// Binaries are told apart and named, so that a refusal can say what the file is.

import type { DecodedText } from "./contract.ts";

export type TextEncoding = DecodedText["encoding"];

export type Sniffed =
  | { readonly kind: "text"; readonly encoding: TextEncoding }
  /** `looksLike` completes "it looks like …". */
  | { readonly kind: "binary"; readonly looksLike: string };

/** Bytes from the front that are enough for `sniff`. */
export const sniffBytes = 64 * 1024;

/** Judges by the front of a file. `whole` says that there is no more: only then a cut character is an error. */
export function sniff(front: Buffer, whole: boolean): Sniffed {
  if (front[0] === 0xff && front[1] === 0xfe) return { kind: "text", encoding: "utf-16le" };
  if (front[0] === 0xfe && front[1] === 0xff) return { kind: "text", encoding: "utf-16be" };
  const kind = match(front, certain);
  if (kind !== undefined) return { kind: "binary", looksLike: kind };
  if (front.includes(0) || controlShare(front) > 0.02) {
    return { kind: "binary", looksLike: match(front, likely) ?? "binary data" };
  }
  return { kind: "text", encoding: isUtf8(front, whole) ? "utf-8" : "windows-1252" };
}

/** The whole of a file, or what kind of binary it is. A byte order mark is left out. */
export function decodeText(bytes: Buffer): DecodedText | { readonly looksLike: string } {
  const sniffed = sniff(bytes, true);
  if (sniffed.kind === "binary") return { looksLike: sniffed.looksLike };
  const text = createDecoder(sniffed.encoding)(bytes, true);
  return { text, encoding: sniffed.encoding, lines: countLines(text) };
}

/** Decodes piece by piece; `last` says that no piece follows. */
export type Decoder = (piece: Buffer, last: boolean) => string;

export function createDecoder(encoding: TextEncoding): Decoder {
  if (encoding === "windows-1252") return (piece) => fromWindows1252(piece);
  const decoder = new TextDecoder(encoding);
  return (piece, last) => decoder.decode(piece, { stream: !last });
}

const c1 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** By hand, because `TextDecoder` of Node 20 takes windows-1252 for ISO 8859-1. */
export function fromWindows1252(bytes: Buffer): string {
  return bytes.toString("latin1").replaceAll(/[\u0080-\u009f]/g, (char) => {
    return c1[char.charCodeAt(0) - 0x80] ?? char;
  });
}

/** A last line without a line end counts. */
export function countLines(text: string): number {
  if (text === "") return 0;
  let lines = text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

function isUtf8(front: Buffer, whole: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(front, { stream: !whole });
    return true;
  } catch {
    return false; // that is the answer
  }
}

function controlShare(front: Buffer): number {
  let odd = 0;
  for (const byte of front) {
    // tab, line feed, vertical tab, form feed, carriage return and escape (terminal colours) are found in texts
    if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b) odd += 1;
  }
  return front.length === 0 ? 0 : odd / front.length;
}

interface Signature {
  readonly name: string;
  readonly at: number;
  readonly bytes: Buffer;
}

const signature = (name: string, bytes: string, at = 0): Signature => ({
  name,
  at,
  bytes: Buffer.from(bytes, "latin1"),
});

/** No text begins like this. */
const certain: readonly Signature[] = [
  signature("a PNG image", "\x89PNG\r\n"),
  signature("a JPEG image", "\xff\xd8\xff"),
  signature("a PDF document", "%PDF-"),
  signature("a ZIP archive or an Office document", "PK\x03\x04"),
  signature("an empty ZIP archive", "PK\x05\x06"),
  signature("an old Office document", "\xd0\xcf\x11\xe0\xa1\xb1"),
  signature("a gzip archive", "\x1f\x8b"),
  signature("an xz archive", "\xfd7zXZ\x00"),
  signature("a 7z archive", "7z\xbc\xaf"),
  signature("a SQLite database", "SQLite format 3\x00"),
  signature("a program", "\x7fELF"),
];

/** A text may begin like this, so it only names what is known to be binary. */
const likely: readonly Signature[] = [
  signature("a GIF image", "GIF8"),
  signature("a WebP image", "WEBP", 8),
  signature("a bzip2 archive", "BZh"),
  signature("an MP4 video", "ftyp", 4),
  signature("a Parquet table", "PAR1"),
];

function match(front: Buffer, signatures: readonly Signature[]): string | undefined {
  return signatures.find(({ at, bytes }) => front.subarray(at, at + bytes.length).equals(bytes))?.name;
}
