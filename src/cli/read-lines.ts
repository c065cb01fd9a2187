// The lines of a file, one at a time. A file that cannot be read rejects with what the system says.
//
//   RL1  A line ends with a line feed, or with a carriage return before it, and with nothing else: JSON may hold the other characters
//        that end lines elsewhere (U+2028, U+2029) as they are.

import { createReadStream } from "node:fs";

export async function* linesOf(file: string): AsyncGenerator<string> {
  let begun = "";
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, encoding: "utf8" })) {
    const lines = `${begun}${String(piece)}`.split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (begun !== "") yield begun;
}
