// One call to an OpenAI-compatible server: send, collect, watch the limits, translate what goes wrong.
//
//   C1  An answer is returned whole or not at all (M2, M3): a stream that breaks leaves nothing behind.
//   C2  Nothing is sent twice: retrying is the caller's.

import type OpenAI from "openai";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { Secret } from "../../base/secret.ts";
import type { GenerateOptions, ModelAnswer, ModelRequest } from "../contract.ts";
import type { ModelError } from "../errors.ts";
import { type AboutCall, endedError, toModelError } from "../openai-errors.ts";
import { priced } from "../prices.ts";
import { type WellFormed, wellFormed } from "../well-formed.ts";
import { defaultModelTimeouts, type ModelTimeouts, type ModelWatch, startModelWatch } from "./call-watch.ts";
import { defaultModelByteLimits, type ModelByteLimits } from "./capped-fetch.ts";
import { answerParts, BrokenAnswer, openAiClient, openaiBaseUrl } from "./openai-client.ts";

export interface OpenAiDeps {
  readonly model: string;
  readonly apiKey?: Secret | undefined;
  /** Root of the API, such as `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly timeouts?: ModelTimeouts | undefined;
  readonly byteLimits?: ModelByteLimits | undefined;
}

/** What is particular to one of the APIs. */
export interface OpenAiDialect {
  send(call: OutgoingCall): Promise<Response>;
  collect(heard: Heard): AnswerCollector;
}

/** What is told of an answer while it comes (M4). */
export type Heard = Required<Pick<GenerateOptions, "onText" | "onCall">>;

export interface OutgoingCall {
  readonly client: OpenAI;
  readonly request: ModelRequest;
  readonly transcript: WellFormed;
  readonly signal: AbortSignal;
}

/** Puts an answer together from its events. Throws `BrokenAnswer` for what makes no sense. */
export interface AnswerCollector {
  /** `output` when the event was part of the answer, `sign` when it only showed life. */
  event(value: unknown): "output" | "sign";
  whole(value: unknown): void;
  /** Throws `BrokenAnswer` when the end was not reached. */
  answer(request: ModelRequest): ModelAnswer;
}

export type OpenAiCall = (request: ModelRequest, options: GenerateOptions) => Promise<ModelAnswer>;

export function openAiCall(deps: OpenAiDeps, dialect: OpenAiDialect): OpenAiCall {
  const timeouts = deps.timeouts ?? defaultModelTimeouts;
  const client = openAiClient({
    apiKey: deps.apiKey,
    baseUrl: deps.baseUrl,
    fetch: deps.fetch,
    byteLimits: deps.byteLimits ?? defaultModelByteLimits,
    timeoutMs: timeouts.totalMs + 60_000,
  });
  const host = new URL(deps.baseUrl ?? openaiBaseUrl).host;

  return async (request, options) => {
    const about: AboutCall = { model: request.model, host, now: () => deps.clock.now() };
    const watch = startModelWatch(deps.clock, timeouts, options.signal);
    try {
      const transcript = wellFormed(request.messages);
      reportRepairs(deps.log, transcript);
      const call = { client, request, transcript, signal: watch.signal };
      return await watch.race(answerOf(dialect, call, { watch, options }));
    } catch (error) {
      const end = watch.ended();
      if (end) throw endedError(end, timeoutOf(end, timeouts), about);
      return orRefusal(toModelError(error, about), error);
    } finally {
      watch.stop();
    }
  };
}

async function answerOf(
  dialect: OpenAiDialect,
  call: OutgoingCall,
  { watch, options }: { readonly watch: ModelWatch; readonly options: GenerateOptions },
): Promise<ModelAnswer> {
  const response = await dialect.send(call);
  const collector = dialect.collect({
    onText(delta, meant) {
      if (!call.signal.aborted) options.onText?.(delta, meant);
    },
    onCall(piece) {
      if (!call.signal.aborted) options.onCall?.(piece);
    },
  });
  let empty = true;
  for await (const part of answerParts(call.client, response)) {
    empty = false;
    if (part.kind === "whole") collector.whole(part.value);
    else watch.heard(collector.event(part.value));
  }
  if (empty) throw new BrokenAnswer("nonsense", "its answer is empty");
  const answer = collector.answer(call.request);
  return { ...answer, usage: priced(call.request.model, answer.usage) };
}

function orRefusal(failure: ModelError | "refusal" | undefined, error: unknown): ModelAnswer {
  if (failure === "refusal") {
    return {
      text: "",
      calls: [],
      stop: "refusal",
      usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
    };
  }
  throw failure ?? error;
}

function reportRepairs(log: Logger, { dropped, unanswered }: WellFormed): void {
  if (dropped > 0) log.warn("left out tool results whose call is not in the context", { dropped });
  if (unanswered > 0) log.warn("filled in for tool calls without a result", { unanswered });
}

function timeoutOf(end: "aborted" | "first-output" | "idle" | "total", timeouts: ModelTimeouts): number {
  if (end === "first-output") return timeouts.firstOutputMs;
  return end === "idle" ? timeouts.idleMs : timeouts.totalMs;
}
