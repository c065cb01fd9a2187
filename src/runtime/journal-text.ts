// Journal texts above a size are blobs; the row keeps a reference.

import type { Blobs } from "../workspace/contract.ts";
import { limits } from "./limits.ts";

const prefix = "blob:sha256:";

/** `text` itself, or a reference to it when it is long. Twice is the same reference. */
export async function compact(blobs: Blobs, text: string): Promise<string> {
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.journalTextBytes && !text.startsWith(prefix)) return text;
  return prefix + (await blobs.put(Buffer.from(text)));
}

export async function expand(blobs: Blobs, stored: string): Promise<string> {
  if (!stored.startsWith(prefix)) return stored;
  return (await blobs.get(stored.slice(prefix.length))).toString();
}
