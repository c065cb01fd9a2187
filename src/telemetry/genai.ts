// The names that spans carry: OpenTelemetry's conventions for generative AI, and our own beside them.
//
// The conventions are still "Development" and moved to open-telemetry/semantic-conventions-genai, so the few that are
// used stand here and nowhere else (docs/decisions/0008).

export const attribute = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  conversation: "gen_ai.conversation.id",
  agent: "gen_ai.agent.name",
  tool: "gen_ai.tool.name",
  toolCall: "gen_ai.tool.call.id",
  inputTokens: "gen_ai.usage.input_tokens",
  cachedTokens: "gen_ai.usage.cache_read.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  error: "error.type",
  run: "deputy.run",
  step: "deputy.step",
  epoch: "deputy.epoch",
  segment: "deputy.segment",
  outcome: "deputy.outcome",
  wait: "deputy.wait",
  delivery: "deputy.delivery",
  event: "deputy.event",
  usdMicros: "deputy.usage.usd_micros",
} as const;

/** Values of `gen_ai.operation.name`. */
export const operation = {
  workflow: "invoke_workflow",
  agent: "invoke_agent",
  chat: "chat",
  tool: "execute_tool",
} as const;
