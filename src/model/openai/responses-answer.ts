// An answer of the Responses API, put together from its events.

import OpenAI from "openai";
import { z } from "zod";
import type { ToolCallRequest } from "../../domain/step.ts";
import type { ModelAnswer, ModelRequest, TextMeaning } from "../contract.ts";
import { estimatedUsage } from "../tokens.ts";
import { withOwnIds } from "./call-ids.ts";
import type { AnswerCollector, Heard } from "./openai-call.ts";
import { BrokenAnswer } from "./openai-client.ts";

const FunctionCall = z.object({
  type: z.literal("function_call"),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string().default(""),
});
const Message = z.object({
  type: z.literal("message"),
  content: z.array(
    z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() }),
  ),
});
const Ended = z.object({
  status: z.string(),
  error: z.looseObject({ code: z.unknown(), message: z.string().nullish() }).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.unknown()).nullish(),
  model: z.string().nullish().catch(undefined),
  usage: z
    .object({
      input_tokens: z.number(),
      output_tokens: z.number(),
      total_tokens: z.number().nullish(),
      input_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
    })
    .nullish(),
});
type Ended = z.infer<typeof Ended>;

const Delta = z.object({ item_id: z.string().default(""), delta: z.string() });
/** What an item is about to be. Servers that leave this event out are served as well. */
const Added = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string().optional(),
  phase: z.string().nullish().catch(undefined),
});
const meanings: ReadonlyMap<unknown, TextMeaning> = new Map([
  ["final_answer", "answer"],
  ["commentary", "aside"],
]);
const Event = z.looseObject({ type: z.string() });

interface Collected {
  text: string;
  /** The output item that `text` ends with. */
  item: string;
  readonly calls: ToolCallRequest[];
  refused: boolean;
  ended: Ended | undefined;
  /** By id: what is told of an item while it comes. */
  readonly begun: Map<string, BegunItem>;
  readonly heard: Heard;
}

interface BegunItem {
  readonly meant: TextMeaning | undefined;
  readonly call: { readonly place: number; readonly name: string } | undefined;
}

export function collectResponse(heard: Heard): AnswerCollector {
  const begun = new Map<string, BegunItem>();
  const collected: Collected = {
    text: "",
    item: "",
    calls: [],
    refused: false,
    ended: undefined,
    begun,
    heard,
  };
  return {
    event: (value) => take(collected, parsed(Event, value, "an event has no type")),
    whole: (value) => end(collected, value),
    answer(request) {
      const { ended, calls } = collected;
      if (!ended) throw new BrokenAnswer("cut", "the stream ended before the answer did");
      return {
        text: collected.text,
        calls: withOwnIds(calls, request.messages),
        stop: stopOf(ended, collected.refused, calls.length > 0),
        usage: usageOf(ended, request, collected),
        ...(typeof ended.model === "string" ? { model: ended.model } : {}),
      };
    },
  };
}

function take(into: Collected, event: z.infer<typeof Event>): "output" | "sign" {
  switch (event.type) {
    case "response.refusal.delta":
    case "response.output_text.delta": {
      const { item_id, delta } = parsed(Delta, event, "a piece of text has no text");
      into.refused ||= event.type === "response.refusal.delta";
      say(into, item_id, delta);
      return "output";
    }
    case "response.output_item.added":
      begin(into, event["item"]);
      return "sign";
    case "response.function_call_arguments.delta":
      tellCall(into, event);
      return "output";
    case "response.output_item.done":
      takeCall(into, event["item"]);
      return "output";
    case "response.completed":
    case "response.incomplete":
    case "response.failed":
      end(into, event["response"]);
      return "output";
    case "error":
      throw new OpenAI.APIError(undefined, event, undefined, undefined);
    default:
      return "sign";
  }
}

function say(into: Collected, item: string, delta: string): void {
  const piece = into.text !== "" && item !== into.item ? `\n\n${delta}` : delta;
  into.item = item;
  into.text += piece;
  if (piece !== "") into.heard.onText(piece, into.begun.get(item)?.meant);
}

function begin({ begun }: Collected, value: unknown): void {
  const item = Added.safeParse(value).data;
  if (!item) return;
  const place = [...begun.values()].filter(({ call }) => call !== undefined).length;
  begun.set(item.id, {
    meant: meanings.get(item.phase),
    call: item.type === "function_call" && item.name !== undefined ? { place, name: item.name } : undefined,
  });
}

/** Of a call whose name is not known yet nothing is told. */
function tellCall({ begun, heard }: Collected, event: z.infer<typeof Event>): void {
  const { data: piece } = Delta.safeParse(event);
  const call = piece && begun.get(piece.item_id)?.call;
  if (call && piece.delta !== "") heard.onCall({ ...call, delta: piece.delta });
}

function takeCall(into: Collected, item: unknown): void {
  const call = FunctionCall.safeParse(item).data;
  if (call) into.calls.push({ id: call.call_id, name: call.name, arguments: call.arguments });
}

function end(into: Collected, response: unknown): void {
  const ended = parsed(Ended, response, "its last event has no response");
  into.ended = ended;
  if (ended.error || ended.status === "failed") {
    throw new OpenAI.APIError(
      undefined,
      ended.error ?? { message: "The response failed" },
      undefined,
      undefined,
    );
  }
  // Some servers put everything into the last event, and some leave that one empty.
  if (into.text === "" && into.calls.length === 0) takeOutput(into, ended.output ?? []);
}

function takeOutput(into: Collected, output: readonly unknown[]): void {
  for (const [place, item] of output.entries()) {
    takeCall(into, item);
    for (const part of Message.safeParse(item).data?.content ?? []) {
      into.refused ||= part.type === "refusal";
      say(into, String(place), part.text ?? part.refusal ?? "");
    }
  }
}

function stopOf(ended: Ended, refused: boolean, called: boolean): ModelAnswer["stop"] {
  const cutShort = ended.status === "incomplete";
  if (refused || (cutShort && ended.incomplete_details?.reason === "content_filter")) return "refusal";
  if (cutShort) return "length";
  return called ? "calls" : "end";
}

function usageOf(
  { usage }: Ended,
  request: ModelRequest,
  answer: Pick<ModelAnswer, "text" | "calls">,
): ModelAnswer["usage"] {
  if (!usage) return estimatedUsage(request, answer);
  return {
    inputTokens: usage.input_tokens,
    cachedTokens: usage.input_tokens_details?.cached_tokens ?? 0,
    // Reasoning is in `output_tokens`; servers that leave it out still count it in the total.
    outputTokens: Math.max(usage.output_tokens, (usage.total_tokens ?? 0) - usage.input_tokens),
  };
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, problem: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new BrokenAnswer("nonsense", problem, result.error);
  return result.data;
}
