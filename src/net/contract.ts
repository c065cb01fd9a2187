// The guarded way out (EGR-1) as everything above sees it. Both ways reject with a `NetError`, whose message is a sentence.

/**
 * Text or bytes of a public address: size and time capped, redirects followed, any HTTP status is an answer. The exact
 * `url` is what is asked for first; nothing is added to it (EGR-3).
 */
export type GuardedFetch = (
  url: string,
  options: { readonly maxBytes: number; readonly signal: AbortSignal; readonly onDenied?: OnDenied },
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

/** Told of everything that the guard refuses, so that it can be recorded (EGR-2). */
export type OnDenied = (denied: Denied) => void;

export interface Denied {
  /** With its port where one was named. */
  readonly host: string;
  /** The sentence that the caller got. */
  readonly why: string;
}

/** A request with everything that HTTP has, whose answer is a stream. Any HTTP status is an answer. */
export type GuardedRequest = (url: string, options: GuardedRequestOptions) => Promise<GuardedAnswer>;

export interface GuardedRequestOptions extends RequestLimits {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole, so that it can be sent again after a redirect. */
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface RequestLimits {
  /**
   * `follow`: at most five, each judged like the first address, and what the caller's headers hold stays on its origin;
   * `same-origin`: only on the origin; `refuse`: an error; `return`: the redirect is the answer.
   */
  readonly redirect: RedirectPolicy | "return";
  /** Of the answer, unpacked: reading more fails with `net.too_large`. */
  readonly maxBytes: number;
  /** To the last byte, redirects included. Absent: as long as the caller's signal lets it, for event streams. */
  readonly totalTimeoutMs?: number;
  /** From the request to the first line of the answer; 30 s when absent. */
  readonly headersTimeoutMs?: number;
  /** From one piece of the answer to the next; 30 s when absent, 0 for ever. */
  readonly idleTimeoutMs?: number;
  readonly onDenied?: OnDenied;
}

export type RedirectPolicy = "follow" | "same-origin" | "refuse";

export interface GuardedAnswer {
  /** After redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** To be read to its end or cancelled: the connection lives as long. */
  readonly body: ReadableStream<Uint8Array>;
}
