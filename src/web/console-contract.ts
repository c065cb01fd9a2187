// What the pages of the console are given. Who may see and do what is decided behind it, at each call.

import type { PersonKey } from "../domain/ids.ts";
import type { ConsoleIndex, ConsoleQuery } from "../gateway/console-index.ts";
import type { WaitingLine } from "../gateway/console-waiting.ts";
import type { RunDetails } from "../gateway/run-details.ts";
import type { NamedContent } from "./attachment.ts";

export interface WaitingLink extends Pick<WaitingLine, "id" | "kind" | "title"> {
  readonly url: string;
}

/** Without an address where the chat gives none now. */
export interface Lead {
  readonly url?: string | undefined;
}

export interface WebConsole {
  /** Undefined for whoever has no console. */
  index(reader: PersonKey, query: ConsoleQuery): Promise<ConsoleIndex | undefined>;
  /** Undefined for a run that is not there, and for one that is not theirs to see. */
  run(reader: PersonKey, run: string): Promise<RunDetails | undefined>;
  /** A file that the run put into its thread, on record; undefined where it is not theirs to have. */
  file(reader: PersonKey, run: string, sha256: string): Promise<NamedContent | undefined>;
  /** Where its thread is opened in chat, under the same condition. */
  threadOf(reader: PersonKey, run: string): Promise<Lead | undefined>;
  /** Where what waits for the reader is decided or answered in chat. */
  messageOf(reader: PersonKey, wait: string): Promise<Lead | undefined>;
  /** What waits for the reader, and where each is in chat. */
  waiting(reader: PersonKey): Promise<readonly WaitingLink[]>;
  /** False where they may not. One that has ended already is left as it is. */
  stop(reader: PersonKey, run: string): Promise<boolean>;
}
