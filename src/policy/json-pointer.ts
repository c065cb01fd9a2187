// Finds one value in arguments (RFC 6901).

/** Parts of a pointer, taken apart once for many looks. */
export function pointerParts(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Undefined when nothing is there; only what the arguments hold themselves is found, never what objects inherit. */
export function valueAt(root: unknown, parts: readonly string[]): unknown {
  let value = root;
  for (const part of parts) {
    value = childOf(value, part);
    if (value === undefined) return undefined;
  }
  return value;
}

function childOf(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d{0,8})$/.test(key) ? value[Number(key)] : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const child: unknown = Reflect.get(value, key);
  return child;
}
