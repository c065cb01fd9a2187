// A line to the owner of a connection, in private. An agent has no private line: its operators read the log.

import { isAgentPrincipal, type Principal } from "../domain/connection.ts";
import type { Conversation } from "../domain/conversation.ts";
import { directLine } from "../domain/conversation.ts";
import { asConversationId, type PersonKey, type TenantId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import type { GrantDeps } from "./deps.ts";

type Deps = Pick<GrantDeps, "ids" | "clock">;

/** The person's private line, made if it was never used. */
export function privateLine(
  tx: Tx,
  { ids, clock }: Deps,
  person: PersonKey,
  tenant: TenantId,
): Promise<Conversation> {
  const id = asConversationId(ids.next("conv"));
  return tx.conversations.ensure(directLine(person, tenant), { id, workspace: id, now: clock.now() });
}

/** Once under `key`. */
export async function tellOwner(
  tx: Tx,
  deps: Deps,
  { owner, tenant }: { readonly owner: Principal; readonly tenant: TenantId },
  { key, text }: { readonly key: string; readonly text: string },
): Promise<void> {
  if (isAgentPrincipal(owner)) return;
  const line = await privateLine(tx, deps, owner, tenant);
  await tx.outbox.add(
    {
      key,
      tenant,
      conversation: line.id,
      op: { op: "post", message: { kind: "notice", text, files: [] } },
    },
    deps.clock.now(),
  );
}
