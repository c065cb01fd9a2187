// Slack's own ids in the neutral address and keys: `slack-<team>`, `slack:<organisation>:<user>`, threads and `~` threads.

import { type ConversationAddress, isAside, isUnbegun } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import { ChatError } from "../../errors.ts";

const tenantPrefix = "slack-";

/** Workspace, or organisation, that the conversation's app is installed in. */
export function teamOf(at: Pick<ConversationAddress, "tenant">): string {
  if (at.tenant.startsWith(tenantPrefix)) return at.tenant.slice(tenantPrefix.length);
  throw new ChatError("chat.not_found", `The tenant ${at.tenant} is not one of Slack's.`, {
    fate: "refused",
  });
}

/** Undefined for what has no thread: the answers to a slash command (`~<user>`), and what begins one. */
export function threadOf(at: ConversationAddress): string | undefined {
  return isAside(at) || isUnbegun(at) ? undefined : at.thread;
}

/** Organisation and user of a person. */
export function slackUser(key: PersonKey): { readonly organisation: string; readonly user: string } {
  const [, organisation = "", user = ""] = key.split(":");
  return { organisation, user };
}
