// Every text of a value without secrets: keys and everything that is not text stay as they are (RED-2).

/** The same value where there was nothing to hide. */
export function scrubAll<T>(value: T, scrub: (text: string) => string): T {
  const clean = cleaned(value, scrub);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts became texts, nothing else changed
  return clean as T;
}

/** Nothing is made anew until something has changed: most values have nothing to hide, and each request to the model is one. */
function cleaned(value: unknown, scrub: (text: string) => string): unknown {
  if (typeof value === "string") return scrub(value);
  if (Array.isArray(value)) return cleanedList(value, scrub);
  if (!isPlain(value)) return value;
  let clean: Map<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const now = cleaned(value[key], scrub);
    if (now !== value[key]) clean = (clean ?? new Map(Object.entries(value))).set(key, now);
  }
  return clean ? Object.fromEntries(clean) : value;
}

function cleanedList(list: readonly unknown[], scrub: (text: string) => string): unknown {
  let clean: unknown[] | undefined;
  for (let at = 0; at < list.length; at += 1) {
    const now = cleaned(list[at], scrub);
    if (now === list[at]) continue;
    clean ??= [...list];
    clean[at] = now;
  }
  return clean ?? list;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
