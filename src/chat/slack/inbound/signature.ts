// Is a request Slack's? Bolt checks the signature; what it lets through is a time in the future, which is checked here.

import { isValidSlackRequest } from "@slack/bolt";
import type { Secret } from "../../../base/secret.ts";

/** Seconds that a request's time may be away from ours, either way (ING-1). */
const widest = 300;

export interface SignedRequest {
  readonly raw: string;
  readonly headers: Headers;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function checkSignature(
  { raw, headers, now }: SignedRequest,
  secret: Secret,
): "genuine" | "timestamp" | "signature" {
  const written = headers.get("x-slack-request-timestamp") ?? "";
  const at = /^\d{1,12}$/.test(written) ? Number(written) : Number.NaN;
  if (!(Math.abs(Math.floor(now / 1_000) - at) <= widest)) return "timestamp";
  const valid = isValidSlackRequest({
    signingSecret: secret.reveal(),
    body: raw,
    headers: {
      "x-slack-signature": headers.get("x-slack-signature") ?? "",
      "x-slack-request-timestamp": at,
    },
    nowMilliseconds: now,
  });
  return valid ? "genuine" : "signature";
}
