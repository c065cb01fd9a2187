// Numbers of the loop that design 10 names, and the few it leaves to us.

export const limits = {
  /** Tool results above this go to a file, with a preview in the context. */
  resultBytes: 8_192,
  previewCharacters: 2_000,
  /** A person's message above this goes to a file, with a preview. */
  messageCharacters: 6_000,
  /** Journal texts above this are blobs. */
  journalTextBytes: 8_192,
  parallelReads: 8,
  /** Calls that are asked for in one card (APR-9). */
  gatedTogether: 10,
  /** One tool call may take this long. */
  toolTimeoutMs: 10 * 60_000,
  /** How long the request of a process that died may still be under way, where the tool does not say. */
  settleMs: 10_000,
  /** Of asking whether an act happened: how long once, and how often. */
  askTimeoutMs: 30_000,
  askTries: 3,
  /** Share of the window at which the context is condensed; the rest is for the answer and the estimate's error. */
  compactionShare: 0.75,
  maxOutputTokens: 8_192,
  emptyAnswers: 2,
  cutAnswers: 2,
  /** The same call with the same result this often in a row earns a warning, then ends the run. */
  repeatsWarned: 4,
  repeatsEnded: 8,
  /** Model steps that may follow "finish with what I have". */
  finishingSteps: 3,
  /** Tries of one model call before the run fails: with the back-off below about two hours. */
  modelTries: 30,
  unusableTries: 3,
  backOffFirstMs: 1_000,
  backOffMaxMs: 5 * 60_000,
  /** After this many tries the card says that the model service isn't answering. */
  backOffTold: 3,
  /** The run card appears when there is a plan, or after this long (ux c.0 rule 2). */
  cardAfterMs: 20_000,
  historyMessages: 30,
  /** Shares of what instructions and tools leave below that: the opening, the notes. The rest is for the work. */
  openingShare: 0.3,
  notesShare: 0.25,
} as const;

/** Wait before try number `tries` + 1: doubled each time, capped. `askedMs` is what the service asked for. */
export function backOffMs(tries: number, askedMs: number | undefined): number {
  const own = Math.min(limits.backOffFirstMs * 2 ** Math.min(tries, 20), limits.backOffMaxMs);
  return Math.max(own, askedMs ?? 0);
}
