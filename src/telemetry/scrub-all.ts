// Every text of a value without secrets: keys and everything that is not text stay as they are (RED-2).

/** The same value where there was nothing to hide. */
export function scrubAll<T>(value: T, scrub: (text: string) => string): T {
  const clean = cleaned(value, scrub);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts became texts, nothing else changed
  return clean as T;
}

function cleaned(value: unknown, scrub: (text: string) => string): unknown {
  if (typeof value === "string") return scrub(value);
  if (Array.isArray(value)) {
    const clean = value.map((item: unknown) => cleaned(item, scrub));
    return clean.every((item, at) => item === value[at]) ? value : clean;
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value);
  const clean = entries.map(([key, inner]): [string, unknown] => [key, cleaned(inner, scrub)]);
  return clean.every(([, inner], at) => inner === entries[at]?.[1]) ? value : Object.fromEntries(clean);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
