// The lines of a file, one at a time. A file that cannot be read rejects with what the system says.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

export async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file, { highWaterMark: 1 << 20 });
  const failed = new Promise<never>((_resolve, reject) => stream.once("error", reject));
  failed.catch(() => undefined); // looked at below
  await Promise.race([failed, new Promise<void>((resolve) => stream.once("ready", () => resolve()))]);
  yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
}
