// A zip archive of a few small files, stored as they are: what app packages of Teams are.

import { crc32 } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

/** 1980-01-01: the same files are the same archive. */
const dosDate = 0x21;

export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const file = Buffer.from(name, "utf8");
    const fields = common(file, content);
    const local = Buffer.concat([mark(0x04034b50), fields, file]);
    directory.push(
      Buffer.concat([mark(0x02014b50), words(20), fields, words(0, 0, 0), longs(0, offset), file]),
    );
    parts.push(local, content);
    offset += local.length + content.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.concat([
    mark(0x06054b50),
    words(0, 0, entries.length, entries.length),
    longs(list.length, offset),
    words(0),
  ]);
  return Buffer.concat([...parts, list, end]);
}

/** Needed version, flags (UTF-8), no compression, date, check, sizes, lengths. */
function common(name: Buffer, content: Buffer): Buffer {
  return Buffer.concat([
    words(20, 0x0800, 0, 0, dosDate),
    longs(crc32(content), content.length, content.length),
    words(name.length, 0),
  ]);
}

function mark(value: number): Buffer {
  return longs(value);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}
