// Slack's signature of a request: v0, HMAC-SHA256 over version, time and the raw body.

import { createHmac } from "node:crypto";

export function signatureOf(body: string | Uint8Array, seconds: number, secret: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${seconds}:`).update(body).digest("hex")}`;
}
