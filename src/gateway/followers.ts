// Whose replies in a conversation are meant for the agent without a mention (ux c.8).

import type { Conversation } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";

const runsLookedAt = 20;

/** Who has addressed the agent there, and whose schedules it posts there: in a thread of its own nobody has to begin. */
export async function followersOf(
  tx: Pick<Tx, "inbox" | "runs">,
  { id, address }: Conversation,
): Promise<Set<PersonKey>> {
  const followers = new Set(await tx.inbox.followers(id));
  if (address.kind === "dm") return followers; // where all is meant for it anyway
  for (const run of await tx.runs.list({ conversation: id, limit: runsLookedAt })) {
    if (run.schedule !== undefined) followers.add(run.subject);
  }
  return followers;
}
