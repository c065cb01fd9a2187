// Fetching from the internet as everything above sees it.

/**
 * Text or bytes of a public address (EGR-1): size and time capped, redirects followed, any HTTP status is an answer.
 * Rejects with a `NetError`, whose message is a sentence for the model.
 */
export type GuardedFetch = (
  url: string,
  options: { readonly maxBytes: number; readonly signal: AbortSignal },
) => Promise<FetchedPage>;

export interface FetchedPage {
  /** After redirects. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** There was more than `maxBytes`. */
  readonly truncated: boolean;
}
