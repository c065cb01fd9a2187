// What the loop is given to show words with, before they are said. Each use may be lost.

import type { Conversation } from "../domain/conversation.ts";
import type { Run } from "../domain/run.ts";

export interface LiveVoice {
  /** Undefined where nothing can be shown. `may` is asked before each showing. */
  open(run: Run, conversation: Conversation, may: () => boolean): LiveLine | undefined;
}

/** Each call replaces what was to be shown before, returns at once and never throws. */
export interface LiveLine {
  status(line: string): void;
  /** The beginning of the answer; longer each time. */
  answer(text: string): void;
  /** What was shown of an answer, if anything was, will not be said so. */
  breakOff(): void;
  close(): void;
}
