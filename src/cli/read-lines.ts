// The lines of a file, one at a time. One that can't be read rejects with a sentence.
//
//   RL1  A line ends with a line feed, or with a carriage return before it, and with nothing else: JSON may hold the other characters
//        that end lines elsewhere (U+2028, U+2029) as they are.

import { createReadStream } from "node:fs";
import { cannotRead } from "./cannot-read.ts";

export async function* linesOf(file: string): AsyncGenerator<string> {
  let begun = "";
  for await (const piece of piecesOf(file)) {
    const lines = `${begun}${piece}`.split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (begun !== "") yield begun;
}

async function* piecesOf(file: string): AsyncGenerator<string> {
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, encoding: "utf8" }))
      yield String(piece);
  } catch (error) {
    throw cannotRead(file, error);
  }
}
