// Token counts without the vendor's tokenizer.
//
//   N1  Errs high: measured against o200k_base over prose, code, data, logs and a dozen scripts, never under it
//       (test/model/tokens.test.ts keeps the measurements). A context that is cut early costs a compaction; one that
//       is cut late costs a refused request.

import { estimateTokenCount, type LanguageConfig } from "tokenx";
import type { Usage } from "../domain/step.ts";
import { countAscii } from "./ascii-tokens.ts";
import type { CountTokens, ModelAnswer, ModelMessage, ModelRequest, ToolSpec } from "./contract.ts";

/** What tokenx counts too low: numbers, hashes and ids, capitals, rules of punctuation, emoji, scripts beyond Latin and CJK. */
export const languageConfigs: LanguageConfig[] = [
  { pattern: /^\d+$/, averageCharsPerToken: 2.2 },
  { pattern: /^[!-~]*(?:\d[A-Za-z]|[A-Za-z]\d)[!-~]*$/, averageCharsPerToken: 1.3 },
  { pattern: /^[A-Z]{4,}$/, averageCharsPerToken: 4 },
  { pattern: /^[!-/:-@[-`{-~]+$/, averageCharsPerToken: 2.5 },
  { pattern: /[\p{Extended_Pictographic}\p{Regional_Indicator}]/u, averageCharsPerToken: 0.4 },
  {
    pattern:
      /[^\p{ASCII}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u30ff\uff00-\uffef]/u,
    averageCharsPerToken: 1.9,
  },
];
const margin = 1.15;
/** Long runs of blanks and newlines, which tokenx counts as nothing. */
const mostCharsPerToken = 8;
/** Role, separators and ids around each message, as the vendors' templates add them. */
const tokensPerMessage = 6;
const tokensPerCall = 12;
const tokensPerTool = 12;

const beyondAscii = /[^\p{ASCII}]/u;

export const countTokens: CountTokens = (text) => {
  const estimated = beyondAscii.test(text) ? estimateTokenCount(text, { languageConfigs }) : countAscii(text);
  return Math.ceil(Math.max(estimated * margin, text.length / mostCharsPerToken));
};

function countMessage(message: ModelMessage): number {
  if (message.role === "user") return tokensPerMessage + countTokens(message.text);
  if (message.role === "tool")
    return tokensPerMessage + countTokens(message.callId) + countTokens(message.content);
  const calls = message.calls.map(
    (call) => tokensPerCall + countTokens(call.id) + countTokens(call.name) + countTokens(call.arguments),
  );
  return tokensPerMessage + countTokens(message.text) + sum(calls);
}

export function countMessages(messages: readonly ModelMessage[]): number {
  return sum(messages.map(countMessage));
}

export function countTools(tools: readonly ToolSpec[]): number {
  return sum(
    tools.map(
      (tool) =>
        tokensPerTool +
        countTokens(tool.name) +
        countTokens(tool.description) +
        countTokens(JSON.stringify(tool.parameters)),
    ),
  );
}

/** Everything that a request sends. */
export function countRequest(request: Pick<ModelRequest, "instructions" | "messages" | "tools">): number {
  return (
    tokensPerMessage +
    countTokens(request.instructions) +
    countMessages(request.messages) +
    countTools(request.tools)
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** For servers that tell no usage. */
export function estimatedUsage(
  request: Pick<ModelRequest, "instructions" | "messages" | "tools">,
  answer: Pick<ModelAnswer, "text" | "calls">,
): Usage {
  return {
    inputTokens: countRequest(request),
    cachedTokens: 0,
    outputTokens: countMessage({ role: "assistant", text: answer.text, calls: answer.calls }),
  };
}
