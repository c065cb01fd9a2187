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
type BodyFilter = TransformStream<Uint8Array, Uint8Array>;

export function cappedFetch(fetch: Fetch, limits: ModelByteLimits): Fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: "manual" });
    if (!response.body) return response;
    const filter = response.ok ? refusingMoreThan(limits) : keepingOnly(limits.maxErrorBytes);
    return new Response(response.body.pipeThrough(filter), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

function refusingMoreThan({ maxBytes, maxEventBytes }: ModelByteLimits): BodyFilter {
  let total = 0;
  let event = 0;
  return new TransformStream({
    transform(chunk, controller) {
      total += chunk.byteLength;
      event = eventBytesAfter(event, chunk);
      if (total > maxBytes) controller.error(new BodyTooLarge(maxBytes));
      else if (event > maxEventBytes) controller.error(new BodyTooLarge(maxEventBytes));
      else controller.enqueue(chunk);
    },
  });
}

/** Bytes since the last blank line, which ends an event. One that two chunks share is not seen: the next one is. */
function eventBytesAfter(before: number, chunk: Uint8Array): number {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const last = Math.max(bytes.lastIndexOf("\n\n"), bytes.lastIndexOf("\r\n\r\n"));
  return last < 0 ? before + chunk.byteLength : chunk.byteLength - last;
}

function keepingOnly(maxBytes: number): BodyFilter {
  let total = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const rest = maxBytes - total;
      total += chunk.byteLength;
      controller.enqueue(chunk.byteLength > rest ? chunk.subarray(0, rest) : chunk);
      if (total >= maxBytes) controller.terminate();
    },
  });
}
