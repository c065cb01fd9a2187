// The kinds of model: one line each.

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Secret } from "../base/secret.ts";
import type { Model } from "./contract.ts";
import { createChatModel } from "./openai-chat.ts";
import { createResponsesModel } from "./openai-responses.ts";
import { createScriptedModel } from "./scripted/scripted-model.ts";

export interface ModelDeps {
  readonly model: string;
  readonly apiKey?: Secret | undefined;
  /** Root of the API, such as `https://api.openai.com/v1`. */
  readonly baseUrl?: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
}

export const modelDrivers = {
  responses: createResponsesModel,
  chat: createChatModel,
  scripted: createScriptedModel,
} as const satisfies Record<string, (deps: ModelDeps) => Model>;

export type ModelApi = keyof typeof modelDrivers;
