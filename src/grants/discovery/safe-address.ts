// Where credentials may be sent: encrypted, or on this machine (OA1).

import { isLoopback } from "../../net/loopback.ts";

export function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const bare = url.username === "" && url.password === "" && url.hash === "";
  return bare && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
}
