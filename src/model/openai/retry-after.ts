// How long a server says to wait, in any of the ways that servers say it.

/** Milliseconds from `now`; `undefined` where nothing was said. `words` is the sentence of the error. */
export function retryAfterMs(headers: Headers | undefined, words: string, now: number): number | undefined {
  return exact(headers) ?? secondsOrDate(headers?.get("retry-after")?.trim(), now) ?? inWords(words);
}

function exact(headers: Headers | undefined): number | undefined {
  const text = headers?.get("retry-after-ms");
  return text ? natural(Number(text)) : undefined;
}

function secondsOrDate(text: string | undefined, now: number): number | undefined {
  if (!text) return undefined;
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return natural(seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function inWords(words: string): number | undefined {
  const told = /try again in (\d+(?:\.\d+)?)\s*(ms|s|m)\b/i.exec(words);
  if (!told) return undefined;
  const unitMs = { ms: 1, s: 1000, m: 60_000 }[told[2]?.toLowerCase() ?? ""] ?? 1000;
  return natural(Number(told[1]) * unitMs);
}

function natural(ms: number): number | undefined {
  return Number.isFinite(ms) && ms >= 0 ? Math.ceil(ms) : undefined;
}
