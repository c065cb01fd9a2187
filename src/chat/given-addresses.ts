// Web addresses that people wrote: the ones that may be followed in what the agent says back (OUT-2).

import { withoutEnding } from "../base/without-ending.ts";

/** A page that a person could open; anything else is undefined. */
export function webAddress(href: string): URL | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  return url.username === "" && url.password === "" ? url : undefined;
}

/** Each once, as `URL.href` writes it. */
export function givenAddresses(texts: readonly string[]): ReadonlySet<string> {
  const found = texts.flatMap((text) => text.match(/https?:\/\/[^\s<>()[\]"'`|]+/giu) ?? []);
  return new Set(found.flatMap((address) => webAddress(withoutEnding(address, ".,;:!?"))?.href ?? []));
}
