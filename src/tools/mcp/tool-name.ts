// What the model calls a tool of a server (MC1): `<server>__<tool>`, in what model services take for a name.
//
//   TN1  A name that had to be changed ends in a hash of what the server calls it, so two tools never become one.

import { createHash } from "node:crypto";

const longest = 64;
const hashLength = 8;
const plain = /^[A-Za-z0-9_-]+$/;

export function toolName(server: string, tool: string): string {
  const whole = `${server}__${tool}`;
  if (plain.test(tool) && whole.length <= longest) return whole;
  const hash = createHash("sha256").update(tool).digest("hex").slice(0, hashLength);
  const room = longest - hashLength - 1;
  return `${`${server}__${tool.replaceAll(/[^A-Za-z0-9_-]+/g, "_")}`.slice(0, room)}_${hash}`;
}
