// Ids: a prefix that says what it names, then 26 characters that sort by time of making (ULID alphabet).

import { randomBytes } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export interface Ids {
  /** A new id such as `run_01jd…`: unguessable (80 random bits), sortable by making time. */
  next(prefix: string): string;
}

export function createIds(now: () => number): Ids {
  return { next: (prefix) => `${prefix}_${timePart(now())}${randomPart()}` };
}

function timePart(ms: number): string {
  let rest = ms;
  let text = "";
  for (let i = 0; i < 10; i += 1) {
    text = (alphabet[rest % 32] ?? "0") + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function randomPart(): string {
  return Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
}
