// The card of a connected account once the account is not there any more: it offers no end of it.

import { isAgentPrincipal } from "../domain/connection.ts";
import type { Tx } from "../store/contract.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import { endedKey, overCard } from "./consent-card.ts";

/** In the transaction that ends it. Every card of it says so, once. */
export async function showOver(
  tx: Tx,
  { id, name, owner }: Pick<ConnectionRow, "id" | "name" | "owner">,
  { why, now }: { readonly why: string; readonly now: number },
): Promise<void> {
  if (isAgentPrincipal(owner)) return;
  for (const session of await tx.consents.ofConnection(owner, name, id)) {
    const entry = await tx.outbox.find(endedKey(session));
    const message = entry?.op.op === "edit" ? overCard(entry.op.message, why) : undefined;
    if (!message) continue;
    const { tenant, line: conversation, card } = session;
    const op = { op: "edit", target: card, message } as const;
    await tx.outbox.add({ key: `${card}:over`, tenant, conversation, op }, now);
  }
}
