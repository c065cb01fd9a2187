// What a stream shows in Teams, before there is a message (T-M8).
//
//   RS1  An answer is rendered as the message will be, as far as that can't change any more: the message begins with it.
//   RS2  A line is plain words: nothing in it links or calls.

import type { LiveWords } from "../../contract.ts";
import { withoutLinks } from "../../prose/addresses.ts";
import { fitLine } from "../../prose/fit-text.ts";
import { settledMarkdown } from "../../prose/settled-markdown.ts";
import { safeText } from "../../safe-text.ts";
import { answerText } from "./render-result.ts";
import type { TeamsMessage } from "./teams-message.ts";

/** Teams takes 1,000 characters, or 1 KB. */
const longestLine = 250;

export function streamedWords(live: LiveWords): string {
  if (live.kind === "status") return withoutLinks(fitLine(safeText(live.text), longestLine), undefined);
  const may = new Set(live.follow);
  return answerText(settledMarkdown(safeText(live.text)), { mayFollow: (url) => may.has(url.href) }).text;
}

/** The end of words that were not gone on with (ux c.6). */
export function brokenOff(words: string): TeamsMessage {
  const mark = "Interrupted, this is incomplete.";
  return { type: "message", textFormat: "markdown", text: `${words}\n\n**${mark}**`, summary: mark };
}
