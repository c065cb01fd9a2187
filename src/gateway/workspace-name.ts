// Which workspace a new conversation works in: its own, or in direct messages that of the person (ux c.12).
//
//   WN1  All threads of one person's direct messages have one workspace. Its runs are at work one at a time (run-claiming.ts),
//        so each finds the folder as the last one left it.

import { createHash } from "node:crypto";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { ConversationId } from "../domain/ids.ts";

export function workspaceName(address: ConversationAddress, fresh: ConversationId): string {
  if (address.kind !== "dm") return fresh.replace("_", "-");
  const place = JSON.stringify([address.platform, address.tenant, address.channel]);
  return `dm-${createHash("sha256").update(place).digest("hex").slice(0, 24)}`;
}
