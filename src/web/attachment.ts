// A file of a run in an answer: kept by the browser, never shown or run by it.

import type { Context } from "hono";

export interface NamedContent {
  readonly name: string;
  readonly content: Buffer;
}

export function attachment(c: Context, { name, content }: NamedContent): Response {
  return c.body(new Uint8Array(content), 200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", "%27")}`,
    "cache-control": "private, no-store",
    "content-security-policy": "sandbox",
  });
}
