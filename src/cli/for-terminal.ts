// What commands write, where somebody reads it on a terminal: goals, arguments and results are words of people, models and strangers.
//
//   FT1  On a terminal nothing of it is obeyed. A file or a pipe gets it as it is.

import { terminalText } from "../base/terminal-text.ts";
import type { Output } from "./contract.ts";

export function forTerminal(out: Output): Output {
  if (out.isTTY !== true) return out;
  return { isTTY: true, write: (text) => out.write(terminalText(text, true)) };
}
