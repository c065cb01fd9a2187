// What a command writes, in a file of ours that has no name any more: both streams in their order, live, and gone when it is
// closed.

import { randomBytes } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { OutputView } from "./contract.ts";

export interface OutputFile {
  readonly fd: number;
  size(): Promise<number>;
  view(): Promise<OutputView>;
  close(): Promise<void>;
}

const shownWhole = 6_000;
const headBytes = 1_500;
const tailBytes = 4_000;
const pieceBytes = 64 * 1024;

export async function openOutputFile(folder: string): Promise<OutputFile> {
  const path = join(folder, `output-${randomBytes(8).toString("hex")}`);
  const handle = await open(path, "ax+", 0o600);
  await unlink(path);
  const size = async (): Promise<number> => (await handle.stat()).size;
  return {
    fd: handle.fd,
    size,
    async view() {
      const bytes = await size();
      const isShort = bytes <= shownWhole;
      return {
        bytes,
        head: await textOf(handle, 0, isShort ? bytes : headBytes),
        tail: isShort ? "" : await textOf(handle, bytes - tailBytes, tailBytes),
        whole: () => pieces(handle, bytes),
      };
    },
    close: () => handle.close(),
  };
}

async function textOf(handle: FileHandle, from: number, length: number): Promise<string> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, from);
  // A character that was cut in two at either end is shown as a replacement; cut off, nobody misses it.
  return buffer.subarray(0, bytesRead).toString("utf8").replaceAll("\0", "\uFFFD");
}

async function* pieces(handle: FileHandle, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += pieceBytes) {
    const buffer = Buffer.alloc(Math.min(pieceBytes, bytes - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
