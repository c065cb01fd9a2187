// What grants put on record: every step of a consent and of a token's life, without anything secret (AUD-1).

import type { AuditData, AuditEventType } from "../domain/audit-event.ts";
import { type Connection, isAgentPrincipal } from "../domain/connection.ts";
import type { ConsentSession } from "../domain/consent.ts";
import type { Tx } from "../store/contract.ts";

type ConnectionEvent = Extract<
  AuditEventType,
  "token.refreshed" | "token.revoked" | "token.failed" | "consent.connected"
>;
type ConsentEvent = Extract<AuditEventType, `consent.${string}`>;

export interface Recorded {
  readonly time: number;
  /** Who acted; the product itself where it is absent. */
  readonly actor?: string;
  readonly data?: AuditData;
}

export function recordConnection(
  tx: Tx,
  type: ConnectionEvent,
  { id, tenant, owner, name, run }: Connection,
  { time, actor = "system", data }: Recorded,
): Promise<void> {
  return tx.audit.append({
    tenant,
    type,
    time,
    actor,
    connection: id,
    ...(isAgentPrincipal(owner) ? {} : { subject: owner }),
    ...(run === undefined ? {} : { run }),
    data: { name, owner, ...data },
  });
}

export function recordConsent(
  tx: Tx,
  type: ConsentEvent,
  { id, tenant, initiator, connection, run, agent }: ConsentSession,
  { time, actor = `agent:${agent}`, data }: Recorded,
): Promise<void> {
  return tx.audit.append({
    tenant,
    type,
    time,
    actor,
    subject: initiator,
    requester: initiator,
    connection,
    ...(run === undefined ? {} : { run }),
    data: { consent: id, ...data },
  });
}
