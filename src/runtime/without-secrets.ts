// The run's folder as tools get it: what they write holds no live secret (RED-2).
//
// Owns: the writes of our own tools. Does not own: what a command in the sandbox writes, which has no secret to write.

import type { Redactor } from "../telemetry/redact.ts";
import type { Workspace } from "../workspace/contract.ts";

export function withoutSecretsIn(workspace: Workspace, redactor: Redactor | undefined): Workspace {
  if (!redactor) return workspace;
  const clean = (content: Buffer | string): Buffer | string => {
    if (typeof content === "string") return redactor.scrubKnown(content);
    const text = content.toString("latin1");
    const scrubbed = redactor.scrubKnown(text);
    return scrubbed === text ? content : Buffer.from(scrubbed, "latin1");
  };
  return new Proxy(workspace, {
    get(target, name) {
      if (name === "write")
        return (path: string, content: Buffer | string) => target.write(path, clean(content));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
