// Something outside that is in the way of several runs of one place, and the message that says so.

import type { ConversationId, RunId } from "./ids.ts";

export interface Trouble {
  /** Key of the place: a channel. */
  readonly place: string;
  /** Key of the message. */
  readonly key: string;
  /** Where the message is. */
  readonly conversation: ConversationId;
  /** The runs that it tells of. */
  readonly runs: readonly RunId[];
  readonly since: number;
}

/** A run that is in trouble now. */
export interface TroubledRun {
  readonly run: RunId;
  readonly conversation: ConversationId;
  /** Failures of the model in a row. */
  readonly retries: number;
}
