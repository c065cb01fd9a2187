import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from "@slack/web-api";
import { describe, expect, it } from "vitest";
import {
  isDeadToken,
  isPlainRefusal,
  toChatError,
} from "../../../../src/chat/slack/outbound/slack-errors.ts";
import { NetError } from "../../../../src/net/errors.ts";

const write = { method: "chat.postMessage" };
const read = { method: "conversations.replies", reads: true };
const answer = (error: string, more = {}) => new WebAPIPlatformError({ ok: false, error, ...more });
const system = (code: string) => Object.assign(new Error(code), { code });

describe("failures of the Web API", () => {
  it.each([
    ["channel_not_found", "chat.not_found"],
    ["message_not_found", "chat.not_found"],
    ["not_in_channel", "chat.refused"],
    ["user_not_in_channel", "chat.refused"],
    ["is_archived", "chat.refused"],
    ["cant_update_message", "chat.refused"],
    ["edit_window_closed", "chat.refused"],
    ["restricted_action", "chat.refused"],
    ["a_code_of_tomorrow", "chat.refused"],
    ["invalid_auth", "chat.refused"],
    ["token_revoked", "chat.refused"],
    ["account_inactive", "chat.refused"],
    ["invalid_blocks", "chat.decoration_refused"],
    ["invalid_arguments", "chat.decoration_refused"],
    ["msg_too_long", "chat.bad_request"],
    ["no_text", "chat.bad_request"],
  ])("C3: %s did not happen, and is %s for good", (code, expected) => {
    expect(toChatError(answer(code), write)).toMatchObject({
      code: expected,
      fate: "refused",
      retry: { kind: "never" },
      facts: { slack: code, method: "chat.postMessage" },
    });
  });

  it.each([
    ["an answer 429", new WebAPIRateLimitedError(17)],
    ["ratelimited in an answer 200", answer("ratelimited", { response_metadata: { retryAfter: 17 } })],
  ])("C3: %s did not happen and says when to come again", (_, error) => {
    expect(toChatError(error, write)).toMatchObject({
      code: "chat.rate_limited",
      fate: "refused",
      retry: { kind: "after", ms: 17_000 },
    });
  });

  it.each([
    ["an answer 500", new WebAPIHTTPError(500, "", {}, "oops")],
    ["an answer 503", new WebAPIHTTPError(503, "", {}, "")],
    ["a fatal error", answer("fatal_error")],
    ["an internal error", answer("internal_error")],
    ["a broken connection", new WebAPIRequestError(system("ECONNRESET"))],
    ["a call that took too long", new WebAPIRequestError(new DOMException("late", "TimeoutError"))],
    ["half an answer", new TypeError("terminated")],
    ["the page of something in between", answer("<html>Welcome to the hotel</html>")],
  ])("SE1, C3: after %s a write may have happened", (_, error) => {
    expect(toChatError(error, write)).toMatchObject({
      code: "chat.unavailable",
      fate: "unknown",
      retry: { kind: "backoff" },
    });
    expect(toChatError(error, read).fate).toBe("refused");
  });

  it.each([
    ["ECONNREFUSED"],
    ["ENOTFOUND"],
    ["EAI_AGAIN"],
    ["UND_ERR_CONNECT_TIMEOUT"],
    ["CERT_HAS_EXPIRED"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT"],
  ])("SE1, C3: where no connection was made (%s) nothing happened", (code) => {
    const wrapped = new NetError("net.unreachable", "no", { cause: system(code) });

    for (const error of [new WebAPIRequestError(system(code)), new WebAPIRequestError(wrapped)]) {
      expect(toChatError(error, write)).toMatchObject({
        code: "chat.unavailable",
        fate: "refused",
        retry: { kind: "backoff" },
      });
    }
  });

  it("SE2: a text holds nothing of what was said", () => {
    const error = toChatError(answer("invalid_blocks"), write);

    expect(error.message).toBe(
      "Slack did not carry out chat.postMessage: invalid_blocks. A plainer form is tried.",
    );
  });

  it("tells a dead token, and a plain refusal, from everything else", () => {
    expect(isDeadToken(toChatError(answer("account_inactive"), write))).toBe(true);
    expect(isDeadToken(toChatError(answer("missing_scope"), write))).toBe(false);
    expect(isPlainRefusal(toChatError(answer("user_not_in_channel"), write))).toBe(true);
    for (const other of [
      "token_revoked",
      "ratelimited",
      "invalid_blocks",
      "internal_error",
      "token_expired",
    ]) {
      expect(isPlainRefusal(toChatError(answer(other), write))).toBe(false);
    }
  });
});
