// The forms in which a secret can turn up in text: as it is, and as common encodings make it.

/** Shorter values would hide half of every log, and are no secrets worth the name. */
const minSecretLength = 6;

const minFormLength = 6;

/** Longest first. Empty for a value that is too short to look for. */
export function secretForms(value: string): readonly string[] {
  if (value.length < minSecretLength) return [];
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    ...urlForms(value),
    ...base64Forms(bytes),
    hex,
    hex.toUpperCase(),
  ];
  return [...new Set(forms)]
    .filter((form) => form.length >= minFormLength)
    .toSorted((a, b) => b.length - a.length);
}

function urlForms(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed());
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  const lowerCase = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return [encoded, lowerCase(encoded), form, lowerCase(form)];
}

/**
 * Base64 of the value alone, and the part that stays the same wherever the value stands inside something longer
 * that was encoded as a whole, such as `user:value`.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms = [bytes.toString("base64"), bytes.toString("base64").replace(/=+$/, "")];
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const firstOwn = Math.ceil((offset * 8) / 6);
    const endOfOwn = Math.floor(((offset + bytes.length) * 8) / 6);
    forms.push(encoded.slice(firstOwn, endOfOwn));
  }
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
