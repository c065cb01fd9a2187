// Requests to a store of objects that an operator has configured: bodies are streams both ways, so that a large file takes no memory.

import { Readable } from "node:stream";
import { Agent, type Dispatcher, request as send } from "undici";
import { NetError, toNetError } from "./errors.ts";

export interface ObjectRequestOptions {
  readonly connectTimeoutMs: number;
  /** To the first line of the answer, and from one piece of it to the next. */
  readonly idleTimeoutMs: number;
}

export interface ObjectCall {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface ObjectAnswer {
  readonly status: number;
  /** To be read to its end. Rejects with a `NetError`. */
  readonly body: AsyncIterable<Buffer>;
}

/** Rejects with a `NetError`; any status is an answer. Redirects are not followed. */
export type ObjectRequest = (url: URL, call: ObjectCall) => Promise<ObjectAnswer>;

export function createObjectRequest({
  connectTimeoutMs,
  idleTimeoutMs,
}: ObjectRequestOptions): ObjectRequest {
  const agent = new Agent({
    connect: { timeout: connectTimeoutMs },
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
  });
  return async (url, { method, headers, body }) => {
    try {
      const answer = await send(url, {
        method,
        headers,
        body: body === undefined || body instanceof Uint8Array ? (body ?? null) : Readable.from(body),
        dispatcher: agent,
      });
      return { status: answer.statusCode, body: piecesOf(answer, url.host) };
    } catch (error) {
      throw error instanceof NetError ? error : toNetError(error, url.host);
    }
  };
}

async function* piecesOf({ body }: Dispatcher.ResponseData, host: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of body) {
      const bytes: Buffer = piece;
      yield bytes;
    }
  } catch (error) {
    throw toNetError(error, host);
  }
}
