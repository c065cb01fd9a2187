// The fetch that drivers talk through: a model's body is bounded, and the key goes nowhere else.
//
//   B1  At most `maxBytes` of a body, and `maxEventBytes` without the end of an event: the SDK's parser copies an
//       unfinished event again with every chunk, so that a flood in one line would cost quadratic time.
//   B2  Of an error's body `maxErrorBytes` are kept: its status says more than its size.
//   B3  Redirects are not followed.

export interface ModelByteLimits {
  readonly maxBytes: number;
  readonly maxEventBytes: number;
  readonly maxErrorBytes: number;
}

export const defaultModelByteLimits: ModelByteLimits = {
  maxBytes: 100_000_000,
  maxEventBytes: 2_000_000,
  maxErrorBytes: 1_000_000,
};

/** The body broke a limit; `limitBytes` says which. */
export class BodyTooLarge extends Error {
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`The body is larger than ${limitBytes} bytes`);
    this.name = "BodyTooLarge";
    this.limitBytes = limitBytes;
  }
}

type Fetch = typeof globalThis.fetch;
/** What to pass on of a chunk; throws when a limit is broken, `end` when nothing more is wanted. */
type Cap = (chunk: Uint8Array) => { readonly pass: Uint8Array; readonly end: boolean };

export function cappedFetch(fetch: Fetch, limits: ModelByteLimits): Fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: "manual" });
    if (!response.body) return response;
    const cap = response.ok ? refusingMoreThan(limits) : keepingOnly(limits.maxErrorBytes);
    return new Response(capped(response.body, cap), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

function capped(body: ReadableStream<Uint8Array>, cap: Cap): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const piece = await reader.read();
      if (piece.done) return controller.close();
      try {
        const { pass, end } = cap(piece.value);
        controller.enqueue(pass);
        if (!end) return;
      } catch (error) {
        await reader.cancel(error);
        throw error;
      }
      await reader.cancel();
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function refusingMoreThan({ maxBytes, maxEventBytes }: ModelByteLimits): Cap {
  let total = 0;
  let event = 0;
  return (chunk) => {
    total += chunk.byteLength;
    event = eventBytesAfter(event, chunk);
    if (total > maxBytes) throw new BodyTooLarge(maxBytes);
    if (event > maxEventBytes) throw new BodyTooLarge(maxEventBytes);
    return { pass: chunk, end: false };
  };
}

/** Bytes since the last blank line, which ends an event. One that two chunks share is not seen: the next one is. */
function eventBytesAfter(before: number, chunk: Uint8Array): number {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const last = Math.max(bytes.lastIndexOf("\n\n"), bytes.lastIndexOf("\r\n\r\n"));
  return last < 0 ? before + chunk.byteLength : chunk.byteLength - last;
}

function keepingOnly(maxBytes: number): Cap {
  let total = 0;
  return (chunk) => {
    const rest = maxBytes - total;
    total += chunk.byteLength;
    return { pass: chunk.byteLength > rest ? chunk.subarray(0, rest) : chunk, end: total >= maxBytes };
  };
}
