// Chat Completions, of OpenAI or of any server that speaks it.
//
//   K1  Two parameters differ between servers: what limits the output is called `max_completion_tokens` or
//       `max_tokens`, and `stream_options` is not known everywhere. A server that refuses one by name gets the request
//       once more in the other form, and from then on in that form only. A refused request did nothing, so that this is
//       no retry.

import OpenAI from "openai";
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { Model, ModelRequest } from "./contract.ts";
import { collectCompletion } from "./openai/chat-answer.ts";
import { type OpenAiDeps, type OutgoingCall, openAiCall } from "./openai/openai-call.ts";
import type { Turn } from "./well-formed.ts";

interface Habits {
  readonly limitName: "max_completion_tokens" | "max_tokens";
  readonly askUsage: boolean;
}

export function createChatModel(deps: OpenAiDeps): Model {
  let habits: Habits = { limitName: "max_completion_tokens", askUsage: true };
  const post = ({ client, request, transcript, signal }: OutgoingCall): Promise<Response> =>
    client.chat.completions.create(toParams(request, transcript.turns, habits), { signal }).asResponse();
  const send = async (call: OutgoingCall): Promise<Response> => {
    try {
      return await post(call);
    } catch (error) {
      const other = otherHabits(habits, error);
      if (!other) throw error;
      habits = other;
      return send(call);
    }
  };
  return {
    name: deps.model,
    scripted: false,
    provider: "openai",
    generate: openAiCall(deps, { send, collect: collectCompletion }),
  };
}

/** Each habit changes once at most, so that this ends. */
function otherHabits(habits: Habits, error: unknown): Habits | undefined {
  if (!(error instanceof OpenAI.APIError) || (error.status !== 400 && error.status !== 422)) return undefined;
  if (habits.askUsage && /stream_options|include_usage/.test(error.message))
    return { ...habits, askUsage: false };
  if (habits.limitName === "max_completion_tokens" && /max_completion_tokens/.test(error.message)) {
    return { ...habits, limitName: "max_tokens" };
  }
  return undefined;
}

function toParams(
  request: ModelRequest,
  turns: readonly Turn[],
  habits: Habits,
): ChatCompletionCreateParamsStreaming {
  return {
    model: request.model,
    messages: [{ role: "system", content: request.instructions }, ...turns.flatMap(toMessages)],
    [habits.limitName]: request.maxOutputTokens,
    stream: true,
    ...(habits.askUsage ? { stream_options: { include_usage: true } } : {}),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map((tool) => ({
            type: "function" as const,
            function: { name: tool.name, description: tool.description, parameters: { ...tool.parameters } },
          })),
        }),
  };
}

function toMessages(turn: Turn): ChatCompletionMessageParam[] {
  if (turn.role === "user") return [{ role: "user", content: turn.text }];
  if (turn.calls.length === 0) return [{ role: "assistant", content: turn.text }];
  return [
    {
      role: "assistant",
      content: turn.text === "" ? null : turn.text,
      tool_calls: turn.calls.map((call) => ({
        id: call.id,
        type: "function" as const,
        function: { name: call.name, arguments: call.arguments },
      })),
    },
    ...turn.calls.map((call) => ({ role: "tool" as const, tool_call_id: call.id, content: call.result })),
  ];
}
