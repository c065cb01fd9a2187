// Every failure of the Web API as a `ChatError`: what it means, whether it happened (C3), when to come again.
//
//   SE1  Only an answer of Slack, or a connection that was never made, counts as "it did not happen". Everything else
//        that befell a write may have happened.
//   SE2  Texts name the method and Slack's own code, never what was said.

import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from "@slack/web-api";
import { errorText, type Retry, systemErrorCode } from "../../../base/errors.ts";
import { ChatError, type ChatErrorCode } from "../../errors.ts";
import { ForeignHost } from "./slack-client.ts";

export interface Attempted {
  readonly method: string;
  /** Reading changes nothing: whatever befell it did not happen. */
  readonly reads?: boolean;
}

interface Meaning {
  readonly code: ChatErrorCode;
  readonly fate?: "refused" | "unknown";
  readonly retry?: Retry;
  readonly noPlace?: true;
  readonly todo: string;
}

const backoff: Retry = { kind: "backoff" };
const usualWaitMs = 30_000;
const errorName = /^[a-z][a-z0-9_.:-]{0,99}$/i;

const gone: Meaning = { code: "chat.not_found", todo: "It was deleted, or the app can't see it." };
const form: Meaning = { code: "chat.decoration_refused", todo: "A plainer form is tried." };
const words: Meaning = { code: "chat.bad_request", todo: "Say less, or send it as a file." };
const later: Meaning = { code: "chat.unavailable", retry: backoff, todo: "It is tried again." };
const unsure: Meaning = { ...later, fate: "unknown", todo: "Its fate is looked up." };
const token: Meaning = { code: "chat.refused", todo: "Install the app in this workspace again." };
const other: Meaning = { code: "chat.refused", todo: "Look the code up in Slack's reference of the method." };
const outside: Meaning = { code: "chat.refused", noPlace: true, todo: "Invite the app to the channel." };
const closed: Meaning = { code: "chat.refused", noPlace: true, todo: "The channel is archived." };
const hidden: Meaning = { ...gone, noPlace: true };

/** The token is worth nothing any more, for any method. */
const deadTokens = new Set(["invalid_auth", "token_revoked", "account_inactive"]);

const meanings: ReadonlyMap<string, Meaning> = new Map(
  (
    [
      [gone, "message_not_found thread_not_found user_not_found users_not_found bad_timestamp"],
      [gone, "invalid_thread_ts cant_find_message view_not_found file_not_found file_deleted"],
      [
        form,
        "invalid_blocks invalid_blocks_format invalid_arguments invalid_attachments too_many_attachments",
      ],
      [form, "block_mismatch invalid_name markdown_text_conflict invalid_metadata_format metadata_too_large"],
      [words, "msg_too_long no_text msg_blocks_too_long view_too_large"],
      [later, "request_timeout team_added_to_org token_expired"],
      [unsure, "fatal_error internal_error service_unavailable"],
      [token, [...deadTokens, "not_authed"].join(" ")],
      [hidden, "channel_not_found"],
      [closed, "is_archived"],
      [outside, "not_in_channel user_not_in_channel channel_is_limited_access"],
    ] satisfies [Meaning, string][]
  ).flatMap(([meaning, codes]) => codes.split(" ").map((code): [string, Meaning] => [code, meaning])),
);

/** Slack's own code for what it refused, where the failure has one. */
export function slackCode(error: unknown): string | undefined {
  const code = error instanceof ChatError ? error.facts["slack"] : undefined;
  return typeof code === "string" ? code : undefined;
}

export function isDeadToken(error: unknown): boolean {
  return deadTokens.has(slackCode(error) ?? "");
}

/** Slack answered that it won't, for a reason that is neither pace nor token nor form. */
export function isPlainRefusal(error: unknown): boolean {
  if (!(error instanceof ChatError) || error.fate !== "refused" || isDeadToken(error)) return false;
  return slackCode(error) !== undefined && (error.code === "chat.refused" || error.code === "chat.not_found");
}

/** A call did not happen and never will, and not because of the token. */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof ChatError) || isDeadToken(error) || !("method" in error.facts)) return false;
  return error.fate === "refused" && error.retry.kind === "never";
}

export function toChatError(error: unknown, attempted: Attempted): ChatError {
  if (error instanceof ChatError) return error;
  if (error instanceof WebAPIRateLimitedError) return rateLimited(attempted, error.retryAfter, error);
  if (error instanceof WebAPIPlatformError) return platformError(error, attempted);
  if (error instanceof WebAPIHTTPError) {
    const meaning = error.statusCode >= 500 ? unsure : later;
    return made(meaning, { attempted, what: `HTTP ${error.statusCode}`, cause: error });
  }
  const original = error instanceof WebAPIRequestError ? error.original : error;
  if (original instanceof ForeignHost)
    return made(other, { attempted, what: original.message, cause: error });
  const meaning = neverLeft(original) ? later : unsure;
  return made(meaning, { attempted, what: errorText(original), cause: error });
}

function platformError(error: WebAPIPlatformError, attempted: Attempted): ChatError {
  const { error: code, response_metadata: notes } = error.data;
  // Not Slack's answer, but a page of something in between, or half an answer.
  if (typeof code !== "string" || !errorName.test(code)) {
    return made(unsure, { attempted, what: "an answer that is not Slack's", cause: error });
  }
  if (code === "ratelimited" || code === "rate_limited") {
    return rateLimited(attempted, notes?.retryAfter, error);
  }
  const meaning = meanings.get(code) ?? other;
  return made(meaning, { attempted, what: code, slack: code, detail: notes?.messages?.[0], cause: error });
}

function rateLimited(attempted: Attempted, seconds: number | undefined, cause: unknown): ChatError {
  const ms = seconds === undefined ? usualWaitMs : Math.max(seconds, 1) * 1_000;
  const meaning: Meaning = {
    code: "chat.rate_limited",
    retry: { kind: "after", ms },
    todo: `It is tried again in ${ms / 1_000} s.`,
  };
  return made(meaning, { attempted, what: "too many calls", cause });
}

interface Failure {
  readonly attempted: Attempted;
  readonly what: string;
  readonly slack?: string;
  readonly detail?: string | undefined;
  readonly cause: unknown;
}

function made(meaning: Meaning, { attempted, what, slack, detail, cause }: Failure): ChatError {
  const { method } = attempted;
  return new ChatError(meaning.code, `Slack did not carry out ${method}: ${what}. ${meaning.todo}`, {
    fate: attempted.reads ? "refused" : (meaning.fate ?? "refused"),
    retry: meaning.retry ?? { kind: "never" },
    noPlace: meaning.noPlace ?? false,
    facts: {
      method,
      ...(slack !== undefined && { slack }),
      ...(detail !== undefined && { detail: detail.slice(0, 200) }),
    },
    cause,
  });
}

/** Codes of connections that were never made. */
const unmade = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const untrusted = /^(?:UND_ERR_CONNECT_TIMEOUT|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT)/;

function neverLeft(error: unknown): boolean {
  for (let next = error, depth = 0; next instanceof Error && depth < 10; next = next.cause, depth += 1) {
    const inner = next instanceof AggregateError ? next.errors[0] : next;
    const code = systemErrorCode(inner) ?? "";
    if (unmade.has(code) || untrusted.test(code)) return true;
  }
  return false;
}
