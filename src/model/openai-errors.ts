// Failures of OpenAI and of servers that speak its language, translated once.
//
//   V1  Messages name the server's host and the model, never the key; the vendor's words are kept only where they help
//       to set things right, with anything that looks like a key taken out.
//   V2  A refusal of content is an answer, not a failure: the translation says `refusal`.

import OpenAI from "openai";
import { type Facts, type Retry, systemErrorCode } from "../base/errors.ts";
import { ModelError, type ModelErrorCode } from "./errors.ts";
import type { WatchEnd } from "./openai/call-watch.ts";
import { BodyTooLarge } from "./openai/capped-fetch.ts";
import { type Diagnosis, diagnose, isContentRefusal, type Symptoms } from "./openai/diagnoses.ts";
import { BrokenAnswer } from "./openai/openai-client.ts";
import { retryAfterMs } from "./openai/retry-after.ts";

export interface AboutCall {
  readonly model: string;
  /** Host of the base URL. */
  readonly host: string;
  readonly now: () => number;
}

type ApiError = InstanceType<typeof OpenAI.APIError>;

interface Failure {
  readonly code: ModelErrorCode;
  readonly retry: Retry;
  /** Completes "Asked the model X at Y, which …". */
  readonly what: string;
  readonly todo: string;
  readonly cause?: unknown;
  readonly facts?: Facts;
}

const never: Retry = { kind: "never" };
const backoff: Retry = { kind: "backoff" };

/**
 * `refusal` where the content was refused; `undefined` for what is not the vendor's doing: a bug, to be thrown on.
 */
export function toModelError(error: unknown, about: AboutCall): ModelError | "refusal" | undefined {
  if (error instanceof BodyTooLarge) {
    const limit = { limitBytes: error.limitBytes };
    return modelError(about, tooLarge(error, `more than ${error.limitBytes} bytes`, limit));
  }
  if (error instanceof BrokenAnswer) return modelError(about, brokenAnswer(error));
  if (error instanceof OpenAI.APIConnectionError) return modelError(about, unreachable(error));
  if (!(error instanceof OpenAI.APIError)) return undefined;
  const symptoms = symptomsOf(error);
  return isContentRefusal(symptoms)
    ? "refusal"
    : modelError(about, refusedCall(error, symptoms, about.now()));
}

/** A call that we ended ourselves. */
export function endedError(end: WatchEnd, timeoutMs: number, about: AboutCall): ModelError {
  if (end === "aborted") {
    const what = "was told to stop before it had answered";
    return modelError(about, { code: "model.aborted", retry: never, what, todo: "" });
  }
  const time = timeoutMs % 60_000 === 0 ? `${timeoutMs / 60_000} min` : `${timeoutMs / 1000} s`;
  const what = {
    "first-output": `had not begun to answer after ${time}`,
    idle: `fell silent for ${time} in the middle of its answer`,
    total: `had not finished its answer after ${time}`,
  }[end];
  const todo = "Nothing of that answer was used; it will be asked again.";
  return modelError(about, { code: "model.timeout", retry: backoff, what, todo, facts: { timeoutMs } });
}

function modelError(about: AboutCall, { code, retry, what, todo, cause, facts }: Failure): ModelError {
  const message = `Asked the model ${about.model} at ${about.host}, which ${what}. ${todo}`.trimEnd();
  return new ModelError(code, message, {
    retry,
    facts: { model: about.model, host: about.host, ...facts },
    ...(cause === undefined ? {} : { cause }),
  });
}

function tooLarge(cause: Error, size: string, facts?: Facts): Failure {
  return {
    code: "model.too_large",
    retry: backoff,
    what: `sent ${size}`,
    todo: "Nothing of it was used. Check that OPENAI_BASE_URL is a model server.",
    cause,
    ...(facts ? { facts } : {}),
  };
}

function brokenAnswer(error: BrokenAnswer): Failure {
  switch (error.how) {
    case "large":
      return tooLarge(error, error.message);
    case "cut":
      return {
        code: "model.unavailable",
        retry: backoff,
        what: `broke off in the middle of its answer: ${error.message}`,
        todo: "Nothing of that answer was used; it will be asked again.",
        cause: error,
      };
    case "nonsense":
      return {
        code: "model.nonsense",
        retry: backoff,
        what: `sent something that is not a model's answer: ${error.message}`,
        todo: "Check that OPENAI_BASE_URL is the API's root (it usually ends in /v1) and that DEPUTY_MODEL_API fits the server.",
        cause: error,
      };
    default:
      return error.how satisfies never;
  }
}

function unreachable(error: InstanceType<typeof OpenAI.APIConnectionError>): Failure {
  const reason = deepestCode(error);
  const inTime = error instanceof OpenAI.APIConnectionTimeoutError;
  return {
    code: inTime ? "model.timeout" : "model.unavailable",
    retry: backoff,
    what: `could not be reached${inTime ? " in time" : ""}${reason ? ` (${reason})` : ""}`,
    todo: "Check OPENAI_BASE_URL, the network and that the server runs; it will be asked again.",
    cause: error,
    ...(reason ? { facts: { reason } } : {}),
  };
}

function deepestCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause === undefined ? undefined : deepestCode(cause)) ?? systemErrorCode(error);
}

function refusedCall(error: ApiError, symptoms: Symptoms, now: number): Failure {
  const diagnosis = diagnose(symptoms);
  return {
    code: diagnosis.code,
    retry: retryOf(diagnosis, error, now),
    what: diagnosis.quote ? `${diagnosis.what}: ${vendorWords(symptoms.words)}` : diagnosis.what,
    todo: diagnosis.todo,
    cause: error,
    facts: {
      ...(symptoms.status === undefined ? {} : { status: symptoms.status }),
      ...(symptoms.codes[0] === undefined ? {} : { vendorCode: symptoms.codes[0].slice(0, 80) }),
      ...(error.requestID ? { requestId: error.requestID } : {}),
    },
  };
}

function symptomsOf(error: ApiError): Symptoms {
  // Typed as strings, but some servers send numbers, such as the HTTP status of an error inside the stream.
  const said: readonly unknown[] = [error.code, error.type];
  const number = said.find((code) => typeof code === "number" && code >= 400 && code < 600);
  return {
    status: error.status ?? (typeof number === "number" ? number : undefined),
    codes: said.filter((code) => typeof code === "string"),
    words: error.message,
  };
}

function retryOf(diagnosis: Diagnosis, error: ApiError, now: number): Retry {
  if (diagnosis.retry !== "as-told") return { kind: diagnosis.retry };
  const ms = retryAfterMs(error.headers, error.message, now);
  return ms === undefined ? backoff : { kind: "after", ms };
}

function vendorWords(words: string): string {
  const line = words
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\b(?:sk|pk|key)-[\w*-]{4,}|Bearer \S+/gi, "[key]")
    .trim()
    .replace(/\.$/, "");
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
