// The anchor: checkpoints in a file that is not the database, best on another volume (AUD-4).
//
//   AN1  Lines are only added, and are on the disk before they count. A line that was cut off by a crash is left alone on its own
//        line.

import { mkdir, open } from "node:fs/promises";
import path from "node:path";

export async function appendLines(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, "a+", 0o600);
  try {
    const text = `${lines.join("\n")}\n`;
    await handle.appendFile((await endsMidLine(handle)) ? `\n${text}` : text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function endsMidLine(handle: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== "\n";
}
