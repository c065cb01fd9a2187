// A map that forgets: what is too old, and the oldest where there is too much.

import type { Clock } from "../base/clock.ts";

export interface ShortMemory<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  set(key: string, value: T): void;
  delete(key: string): void;
}

export function createShortMemory<T>(
  clock: Clock,
  { ms, most }: { readonly ms: number; readonly most: number },
): ShortMemory<T> {
  const entries = new Map<string, { readonly value: T; readonly until: number }>();
  const live = (key: string): { readonly value: T } | undefined => {
    const entry = entries.get(key);
    return entry && entry.until > clock.now() ? entry : undefined;
  };
  return {
    get: (key) => live(key)?.value,
    has: (key) => live(key) !== undefined,
    delete: (key) => void entries.delete(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, { value, until: clock.now() + ms });
      const [oldest] = entries.keys();
      if (entries.size > most && oldest !== undefined) entries.delete(oldest);
    },
  };
}
