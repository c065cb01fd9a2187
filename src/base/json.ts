// JSON that came from outside or from disk: parsed to `unknown`, never thrown past the caller.

/** The parsed value, or `undefined` when `text` is not JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined; // not JSON: the caller says what that means
  }
}
