// Keeps an event that was heard: its conversation, its row, and that it was taken, in one transaction (I1).

import type { Ids } from "../base/ids.ts";
import type { NewAuditEvent } from "../domain/audit-event.ts";
import { asConversationId, type ConversationId } from "../domain/ids.ts";
import type { InboundEvent } from "../domain/inbound.ts";
import type { Person } from "../domain/person.ts";
import type { Tx } from "../store/contract.ts";
import { workspaceName } from "./workspace-name.ts";

export interface Kept {
  readonly id: string;
  readonly conversation: ConversationId;
  /** False: the same event was there before, and nothing was written. */
  readonly isNew: boolean;
}

interface Keeping {
  readonly ids: Ids;
  readonly now: number;
  /** When it may be routed. */
  readonly dueAt: number;
}

/** `author`: as they are known by now. */
type Keep = (tx: Tx, author?: Person) => Promise<Kept>;

/** The ids are made at once, so that a transaction that is tried again writes the same. `event` is clean. */
export function eventKeeper(event: InboundEvent, { ids, now, dueAt }: Keeping): Keep {
  const fresh = asConversationId(ids.next("conv"));
  const id = ids.next("in");
  return async (tx, author = event.author) => {
    const { tenant } = event.conversation;
    const workspace = workspaceName(event.conversation, fresh);
    const conversation = await tx.conversations.ensure(event.conversation, { id: fresh, workspace, now });
    const row = { id, tenant, conversation: conversation.id, event: { ...event, author }, dueAt, now };
    const isNew = await tx.inbox.add(row);
    if (isNew) await tx.audit.append(acceptedEvent(event, conversation.id, now));
    return { id, conversation: conversation.id, isNew };
  };
}

/** Who spoke where, and nothing of what they said (AE1). */
function acceptedEvent(event: InboundEvent, conversation: ConversationId, time: number): NewAuditEvent {
  const { author, conversation: place, kind, eventId } = event;
  return {
    tenant: place.tenant,
    type: "ingress.accepted",
    time,
    actor: author.key,
    data: { kind, platform: place.platform, event: eventId, conversation },
  };
}
