// An answer of the Chat Completions API, put together from its chunks, with the liberties that servers take.

import { z } from "zod";
import type { ToolCallRequest } from "../../domain/step.ts";
import type { ModelAnswer, CallPiece as ModelCallPiece, ModelRequest } from "../contract.ts";
import { estimatedUsage } from "../tokens.ts";
import { withOwnIds } from "./call-ids.ts";
import type { AnswerCollector, Heard } from "./openai-call.ts";
import { BrokenAnswer } from "./openai-client.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const CallPiece = z
  .object({
    index: z.number().nullish(),
    id: text,
    function: z.object({ name: text, arguments: text }).nullish(),
  })
  .transform(({ index, id, function: called }) => ({
    index: index ?? undefined,
    id,
    name: called?.name ?? "",
    arguments: called?.arguments ?? "",
  }));
type CallPiece = z.infer<typeof CallPiece>;

const Content = z
  .object({ content: text, refusal: text, tool_calls: z.array(CallPiece).nullish() })
  .transform(({ content, refusal, tool_calls }) => ({
    text: content + refusal,
    refused: refusal !== "",
    calls: tool_calls ?? [],
  }));

const Usage = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number().nullish(),
  prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
});

const Choice = z.object({
  delta: Content.nullish(),
  message: Content.nullish(),
  finish_reason: z.string().nullish(),
});

/** A chunk of a stream (`delta`) or a whole completion (`message`). The last chunk may hold usage alone. */
const Completion = z
  .object({
    choices: z.array(Choice).nullish(),
    usage: Usage.nullish(),
    model: z.string().nullish().catch(undefined),
  })
  .refine(({ choices, usage }) => choices || usage, "neither choices nor usage");

interface Collected {
  text: string;
  readonly calls: ToolCallRequest[];
  readonly indexes: (number | undefined)[];
  refused: boolean;
  finish: string | undefined;
  usage: z.infer<typeof Usage> | undefined;
  model: string | undefined;
}

export function collectCompletion(heard: Heard): AnswerCollector {
  const collected: Collected = {
    text: "",
    calls: [],
    indexes: [],
    refused: false,
    finish: undefined,
    usage: undefined,
    model: undefined,
  };
  return {
    event: (value) => take(collected, value, heard),
    whole: (value) => void take(collected, value, heard),
    answer(request) {
      const { finish, calls } = collected;
      if (finish === undefined) throw new BrokenAnswer("cut", "the stream ended before the answer did");
      return {
        text: collected.text,
        calls: withOwnIds(calls, request.messages),
        stop: stopOf(finish, collected.refused, calls.length > 0),
        usage: usageOf(collected, request),
        ...(collected.model === undefined ? {} : { model: collected.model }),
      };
    },
  };
}

function take(into: Collected, value: unknown, heard: Heard): "output" | "sign" {
  const parsed = Completion.safeParse(value);
  if (!parsed.success) throw new BrokenAnswer("nonsense", "an event is not a completion", parsed.error);
  const choice = parsed.data.choices?.[0];
  into.usage = parsed.data.usage ?? into.usage;
  into.model = parsed.data.model ?? into.model;
  into.finish = choice?.finish_reason ?? into.finish;
  const content = choice?.delta ?? choice?.message;
  return content ? takeContent(into, content, heard) : "sign";
}

function takeContent(into: Collected, content: z.infer<typeof Content>, heard: Heard): "output" | "sign" {
  into.refused ||= content.refused;
  into.text += content.text;
  if (content.text !== "") heard.onText(content.text);
  for (const piece of content.calls) tell(addPiece(into, piece), piece.arguments, heard);
  return content.text !== "" || content.calls.length > 0 ? "output" : "sign";
}

/**
 * Pieces of one call share its index. Servers are seen to leave the index out, or to give each of several calls the
 * index 0: another id begins another call, and so does a name where there is neither index nor id.
 */
function addPiece({ calls, indexes }: Collected, piece: CallPiece): Added {
  const place = piece.index === undefined ? calls.length - 1 : indexes.lastIndexOf(piece.index);
  const current = calls[place];
  if (!current || beginsAnother(current, piece)) {
    const begun = { id: piece.id, name: piece.name, arguments: piece.arguments };
    calls.push(begun);
    indexes.push(piece.index);
    return { place: calls.length - 1, name: begun.name };
  }
  current.id ||= piece.id;
  current.name ||= piece.name;
  current.arguments += piece.arguments;
  return { place, name: current.name };
}

type Added = Pick<ModelCallPiece, "place" | "name">;

function tell(added: Added, delta: string, { onCall }: Heard): void {
  if (delta !== "") onCall({ ...added, delta });
}

function beginsAnother(current: ToolCallRequest, piece: CallPiece): boolean {
  if (piece.id !== "" && current.id !== "") return piece.id !== current.id;
  return piece.index === undefined && piece.id === "" && piece.name !== "" && current.name !== "";
}

function stopOf(finish: string, refused: boolean, called: boolean): ModelAnswer["stop"] {
  if (refused || finish === "content_filter") return "refusal";
  if (finish === "length") return "length";
  return called ? "calls" : "end";
}

function usageOf(collected: Collected, request: ModelRequest): ModelAnswer["usage"] {
  const { usage } = collected;
  if (!usage) return estimatedUsage(request, collected);
  return {
    inputTokens: usage.prompt_tokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    // Reasoning is in `completion_tokens`; servers that leave it out still count it in the total.
    outputTokens: Math.max(usage.completion_tokens, (usage.total_tokens ?? 0) - usage.prompt_tokens),
  };
}
