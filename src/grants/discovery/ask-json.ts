// A document of a service about itself: JSON by GET, through the guarded fetch, which caps bytes, hops and time (MCP-2, A19).

import { AppError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";

type Fetch = typeof globalThis.fetch;

/** `absent` where there is none: the next place may have it. Rejects where the service can't be asked. */
export type Document =
  | { readonly kind: "document"; readonly value: unknown }
  | { readonly kind: "absent" }
  | { readonly kind: "unusable" };

export async function askJson(fetch: Fetch, address: string): Promise<Document> {
  const response = await fetch(address, { headers: { accept: "application/json" } });
  if (!response.ok) {
    await response.body?.cancel();
    if (response.status < 500) return { kind: "absent" };
    const { host } = new URL(address);
    throw new AppError("discovery.unavailable", `${host} answered with ${response.status}`, {
      retry: { kind: "backoff" },
    });
  }
  const json = parseJson(await response.text());
  return json === undefined ? { kind: "unusable" } : { kind: "document", value: json.value };
}

/** `<origin>/.well-known/<name><path>`: the form with the path put in (RFC 8414, RFC 9728). */
export function wellKnown(at: URL, name: string, path: string): string {
  return `${at.origin}/.well-known/${name}${path === "/" ? "" : path.replace(/\/$/, "")}`;
}
