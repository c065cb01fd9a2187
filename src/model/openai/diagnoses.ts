// What a vendor's refusal means: a table from its status, codes and words to our codes.

import type { ModelErrorCode } from "../errors.ts";

export interface Symptoms {
  /** Absent where the error came inside a stream. */
  readonly status: number | undefined;
  /** `code` and `type` of the error's body. */
  readonly codes: readonly string[];
  readonly words: string;
}

export interface Diagnosis {
  readonly code: ModelErrorCode;
  /** Completes "Asked the model X at Y, which …". */
  readonly what: string;
  readonly todo: string;
  /** `as-told`: after the time that the server names, else with back-off. */
  readonly retry: "never" | "backoff" | "as-told";
  /** The vendor's own sentence helps to set it right. */
  readonly quote?: boolean;
}

/** The content was refused, by the model's guard and not by a rule of the API. */
export function isContentRefusal({ codes }: Symptoms): boolean {
  return codes.some((code) =>
    /content_?filter|content_policy|_policy(?:_violation)?$|^invalid_prompt$|responsibleaipolicy/i.test(code),
  );
}

export function diagnose(symptoms: Symptoms): Diagnosis {
  return diagnoses.find(({ is }) => is(symptoms)) ?? refused;
}

const overflowWords =
  /maximum context length|context[ _](?:length|window|size)|prompt is too long|input (?:is )?too long|too many (?:input )?tokens|request too large|reduce the length of/i;
const quota =
  /insufficient_quota|billing_|insufficient_balance|exceeded your current quota|insufficient (?:balance|credits)/i;
const missingModel =
  /model .{0,200}(?:does not exist|not found|not available)|(?:unknown|invalid|no such) model/is;

function has({ codes }: Symptoms, pattern: RegExp): boolean {
  return codes.some((code) => pattern.test(code));
}

function isOverflow(symptoms: Symptoms): boolean {
  const { status, words } = symptoms;
  if (has(symptoms, /context_length_exceeded|exceed_context_size|string_above_max_length/)) return true;
  if (status === 413) return true;
  // A request that is larger than the minute's whole allowance never passes, however long one waits.
  if (status === 429) return /request too large/i.test(words);
  return status !== 401 && status !== 403 && overflowWords.test(words);
}

/** First match wins: the server's own codes say more than its status. */
const diagnoses: readonly (Diagnosis & { readonly is: (symptoms: Symptoms) => boolean })[] = [
  {
    is: isOverflow,
    code: "model.context_overflow",
    what: "refused the request because it is longer than its context",
    todo: "The context is shortened and the call repeated; if it happens often, lower DEPUTY_CONTEXT_TOKENS.",
    retry: "never",
  },
  {
    is: (it) => it.status === 402 || has(it, quota) || (it.status === 429 && quota.test(it.words)),
    code: "model.quota_exceeded",
    what: "refused the request because the account's quota is used up",
    todo: "Add credit or raise the limit at the provider, then resume.",
    retry: "never",
  },
  {
    is: (it) => it.status === 429 || has(it, /rate_limit/),
    code: "model.rate_limited",
    what: "is limiting the rate of requests",
    todo: "It will be asked again later.",
    retry: "as-told",
  },
  {
    is: (it) =>
      it.status === 404 || has(it, /model_not_found/) || (it.status === 400 && missingModel.test(it.words)),
    code: "model.unknown_model",
    what: "does not know this model, or has nothing at this address",
    todo: "Check DEPUTY_MODEL, and OPENAI_BASE_URL (it usually ends in /v1).",
    retry: "never",
  },
  {
    is: (it) => it.status === 401 || it.status === 403 || has(it, /invalid_api_key/),
    code: "model.unauthorized",
    what: "refused the key",
    todo: "Check OPENAI_API_KEY and what it is allowed to use.",
    retry: "never",
  },
  {
    is: (it) => it.status === 408,
    code: "model.timeout",
    what: "gave up waiting",
    todo: "It will be asked again.",
    retry: "backoff",
  },
  {
    is: (it) =>
      it.status === undefined ||
      it.status >= 500 ||
      it.status === 409 ||
      it.status === 425 ||
      has(it, /server_error|overloaded/),
    code: "model.unavailable",
    what: "is out of order",
    todo: "It will be asked again.",
    retry: "as-told",
  },
  {
    is: (it) => it.status !== undefined && it.status >= 300 && it.status < 400,
    code: "model.refused_request",
    what: "points to another address, which is not followed because the key would go there",
    todo: "Set OPENAI_BASE_URL to the final address.",
    retry: "never",
  },
];

const refused: Diagnosis = {
  code: "model.refused_request",
  what: "refused the request",
  todo: "Check that DEPUTY_MODEL and DEPUTY_MODEL_API fit the server.",
  retry: "never",
  quote: true,
};
