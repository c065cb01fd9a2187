// Links, cookies and states: 256 bits that only their holder has; rows have digests of them (CS3).

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored of a token. */
export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** 256 bits that follow from the key, so that they need not be stored. */
export function keyedToken(key: Buffer, ...parts: readonly string[]): string {
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
}

export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
