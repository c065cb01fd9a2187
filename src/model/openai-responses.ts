// The OpenAI Responses API. Stateless: nothing is stored there, the whole context goes with each call.
// Reasoning items are not carried from call to call; the plan and the transcript are.

import type { ResponseCreateParamsStreaming, ResponseInput } from "openai/resources/responses/responses";
import type { Model, ModelRequest } from "./contract.ts";
import { type OpenAiDeps, openAiCall } from "./openai/openai-call.ts";
import { collectResponse } from "./openai/responses-answer.ts";
import type { Turn } from "./well-formed.ts";

export function createResponsesModel(deps: OpenAiDeps): Model {
  const generate = openAiCall(deps, {
    send: ({ client, request, transcript, signal }) =>
      client.responses.create(toParams(request, transcript.turns), { signal }).asResponse(),
    collect: collectResponse,
  });
  return { name: deps.model, scripted: false, provider: "openai", generate };
}

function toParams(request: ModelRequest, turns: readonly Turn[]): ResponseCreateParamsStreaming {
  return {
    model: request.model,
    instructions: request.instructions,
    input: turns.flatMap(toItems),
    max_output_tokens: request.maxOutputTokens,
    store: false,
    stream: true,
    ...(request.tools.length === 0
      ? {}
      : {
          parallel_tool_calls: true,
          tools: request.tools.map((tool) => ({
            type: "function" as const,
            name: tool.name,
            description: tool.description,
            parameters: { ...tool.parameters },
            strict: false,
          })),
        }),
  };
}

function toItems(turn: Turn): ResponseInput {
  if (turn.role === "user") return [{ role: "user", content: turn.text }];
  return [
    ...(turn.text === "" ? [] : [{ role: "assistant" as const, content: turn.text }]),
    ...turn.calls.map((call) => ({
      type: "function_call" as const,
      call_id: call.id,
      name: call.name,
      arguments: call.arguments,
    })),
    ...turn.calls.map((call) => ({
      type: "function_call_output" as const,
      call_id: call.id,
      output: call.result,
    })),
  ];
}
