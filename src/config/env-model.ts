// Settings of the language model.

import { z } from "zod";
import { secretSetting, setting, type ValuesOf } from "./contract.ts";
import { oneOf, webAddress, wholeNumber } from "./text-schemas.ts";

const modelApis = ["responses", "chat", "scripted"] as const;
export type ModelApi = (typeof modelApis)[number];

export const modelSlice = {
  title: "Model",
  settings: {
    apiKey: secretSetting({
      name: "OPENAI_API_KEY",
      description: "Key of the model service",
    }),
    baseUrl: setting({
      name: "OPENAI_BASE_URL",
      description: "Any service that speaks the same API, such as `http://127.0.0.1:8080/v1`",
      schema: webAddress({ httpAnywhere: true }),
      otherwise: "OpenAI",
    }),
    model: setting({
      name: "DEPUTY_MODEL",
      description: "Model of agents that name none",
      schema: z.string().regex(/^\S+$/, "expected a model's name"),
      default: "gpt-5.1",
    }),
    api: setting({
      name: "DEPUTY_MODEL_API",
      description:
        "`responses` or `chat` (Chat Completions) of the model service, or `scripted`: the built-in model for a try without a key",
      schema: oneOf(modelApis),
      otherwise: "`chat` with a base URL, `responses` with only a key, else `scripted`",
    }),
    contextTokens: setting({
      name: "DEPUTY_CONTEXT_TOKENS",
      description: "Size of the model's window that a run keeps to",
      schema: wholeNumber(4_000, 10_000_000),
      default: "128000",
    }),
  },
} as const;

/** Which API is spoken: the one that is set, else what key and base URL suggest; compatible services all have `chat`. */
export function modelApiOf(model: ValuesOf<typeof modelSlice>): ModelApi {
  if (model.api !== undefined) return model.api;
  if (model.baseUrl !== undefined) return "chat";
  return model.apiKey === undefined ? "scripted" : "responses";
}
