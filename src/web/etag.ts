// The name of one state of a page or of a file, by which a browser asks whether it has it already.

import { createHash } from "node:crypto";

export function etagOf(text: string): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
}
