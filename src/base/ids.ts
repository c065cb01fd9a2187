// Ids: a prefix that says what it names, then 26 characters that sort by time of making (ULID alphabet).

import { randomFillSync } from "node:crypto";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export interface Ids {
  /** A new id such as `run_01jd…`: unguessable (80 random bits), sortable by making time. */
  next(prefix: string): string;
}

export function createIds(now: () => number): Ids {
  const random = randomSource();
  return { next: (prefix) => `${prefix}_${timePart(now())}${randomPart(random(16))}` };
}

/** Random bytes, fetched many at a time: each call of the system's source costs as much as all the rest of an id. */
function randomSource(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(4_096);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += bytes;
    return pool.subarray(used - bytes, used);
  };
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

function randomPart(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += alphabet[byte % 32];
  return text;
}
