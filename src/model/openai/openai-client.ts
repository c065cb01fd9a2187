// One connection to an OpenAI-compatible server, and the answer of one call as a series of events.

import OpenAI from "openai";
import { Stream } from "openai/core/streaming";
import { isAppError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import type { Secret } from "../../base/secret.ts";
import { BodyTooLarge, cappedFetch, type ModelByteLimits } from "./capped-fetch.ts";

export const openaiBaseUrl = "https://api.openai.com/v1";

export interface OpenAiServer {
  readonly apiKey?: Secret | undefined;
  readonly baseUrl?: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly byteLimits: ModelByteLimits;
  /** Longer than any limit that we keep ourselves. */
  readonly timeoutMs: number;
}

export function openAiClient(server: OpenAiServer): OpenAI {
  const key = server.apiKey?.reveal();
  return new OpenAI({
    // Servers without keys exist; the SDK insists on one, so its header is taken off again.
    apiKey: key ?? "none",
    ...(key === undefined ? { defaultHeaders: { Authorization: null } } : {}),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: server.baseUrl ?? openaiBaseUrl,
    fetch: cappedFetch(server.fetch, server.byteLimits),
    timeout: server.timeoutMs,
    maxRetries: 0,
    logLevel: "off",
  });
}

export type BrokenHow = "cut" | "nonsense" | "large";

/** What broke an answer after its headers, before it is translated. */
export class BrokenAnswer extends Error {
  readonly how: BrokenHow;

  constructor(how: BrokenHow, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "BrokenAnswer";
    this.how = how;
  }
}

export type AnswerPart =
  | { readonly kind: "event"; readonly value: unknown }
  /** The whole answer at once, from a server that does not stream. */
  | { readonly kind: "whole"; readonly value: unknown };

/** Rejects with `BrokenAnswer`, `BodyTooLarge` or the SDK's `APIError`. */
export async function* answerParts(client: OpenAI, response: Response): AsyncGenerator<AnswerPart> {
  const type = response.headers.get("content-type") ?? "";
  if (/html/i.test(type)) {
    await response.body?.cancel();
    throw new BrokenAnswer("nonsense", "it answered with a web page");
  }
  if (/json/i.test(type)) {
    yield { kind: "whole", value: await wholeBody(response) };
    return;
  }
  yield* streamed(client, response);
}

async function wholeBody(response: Response): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw brokenBy(error);
  }
  const value = parseJson(text)?.value;
  if (typeof value !== "object" || value === null) throw new BrokenAnswer("nonsense", "its body is not JSON");
  if ("error" in value && value.error)
    throw new OpenAI.APIError(undefined, asObject(value.error), undefined, undefined);
  return value;
}

function asObject(error: unknown): object {
  return typeof error === "object" && error !== null ? error : { message: String(error) };
}

async function* streamed(client: OpenAI, response: Response): AsyncGenerator<AnswerPart> {
  const events = Stream.fromSSEResponse<unknown>(response, new AbortController(), client)[
    Symbol.asyncIterator
  ]();
  try {
    for (let next = await advance(events); !next.done; next = await advance(events)) {
      yield { kind: "event", value: next.value };
    }
  } finally {
    await events.return?.();
  }
}

async function advance(events: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
  try {
    return await events.next();
  } catch (error) {
    throw brokenBy(error);
  }
}

function brokenBy(error: unknown): unknown {
  if (error instanceof BodyTooLarge || error instanceof OpenAI.APIError) return error;
  if (error instanceof SyntaxError)
    return new BrokenAnswer("nonsense", "its stream holds text that is not JSON", error);
  if (isTooLarge(error)) return new BrokenAnswer("large", "more than the connection lets through", error);
  return new BrokenAnswer("cut", "the connection broke", error);
}

/** The fetch that we are given may have a cap of its own. */
function isTooLarge(error: unknown): boolean {
  if (isAppError(error) && error.code === "net.too_large") return true;
  return error instanceof Error && error.cause !== undefined && isTooLarge(error.cause);
}
