// The exceptions an operator makes to the guard: `host:port`, nothing else of that host.

import { NetError } from "./errors.ts";

/** Tells whether a URL's host and port were allowed by name. */
export type EgressAllow = (url: URL) => boolean;

/** Reads entries such as `files.corp.example:443`, `10.0.0.5:8080` or `[::1]:9000`. Throws a `NetError`. */
export function parseEgressAllow(entries: readonly string[]): EgressAllow {
  const allowed = new Set(entries.map(keyOfEntry));
  return (url) => allowed.has(keyOf(url));
}

/** Lower-case host without a dot at its end, and the port. */
export function keyOf(url: URL): string {
  return `${url.hostname.replace(/\.$/, "")}:${portOf(url)}`;
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function keyOfEntry(entry: string): string {
  const port = /:(\d+)$/.exec(entry.trim())?.[1];
  // Parsed as https, because a port that is a scheme's own is dropped by the URL.
  const text = `https://${entry.trim()}`;
  if (port !== undefined && URL.canParse(text)) {
    const url = new URL(text);
    const plain = url.username === "" && url.pathname === "/" && url.search === "" && url.hash === "";
    if (plain && Number(port) > 0 && !url.hostname.includes("*")) return keyOf(url);
  }
  throw new NetError(
    "net.bad_url",
    `DEPUTY_EGRESS_ALLOW has the entry "${entry}", which is not host:port. Write it like files.corp.example:443.`,
  );
}
