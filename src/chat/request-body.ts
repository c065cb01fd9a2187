// The body of a request: its bytes, bounded, and what they say.

import { parseJson } from "../base/json.ts";

/** 1 MB (design 10). Slack's own payloads are far smaller. */
export const mostBytes = 1_048_576;

/** The body as it came, or undefined when it is larger than we read. A body that announces its size is not begun. */
export async function readBounded(
  request: Request,
  most = mostBytes,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const announced = request.headers.get("content-length");
  if (announced !== null && /^\d+$/.test(announced)) {
    if (Number(announced) > most) return undefined;
    const raw = Buffer.from(await request.arrayBuffer());
    return raw.byteLength > most ? undefined : raw;
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body ?? []) {
    size += piece.byteLength;
    if (size > most) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Undefined where it is no JSON object. A form is one too; interactions are JSON in its field `payload`. */
export function readPayload(
  raw: string,
  contentType: string | null,
): Readonly<Record<string, unknown>> | undefined {
  if (contentType?.startsWith("application/x-www-form-urlencoded") !== true) return asObject(raw);
  const form = new URLSearchParams(raw);
  const payload = form.get("payload");
  return payload === null ? Object.fromEntries(form) : asObject(payload);
}

function asObject(json: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(json)?.value;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
