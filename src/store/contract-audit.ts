// The audit log, as everything above the store asks for it.
//
//   SA1  An event takes its place in the chain at the end of its transaction, in the order of calls: sequence and hash follow
//        without a gap, whoever else writes. If it cannot be written nothing of the transaction is (AUD-2).
//   SA2  Events are never changed. They are deleted from the oldest on by `prune` only, which says how far first.

import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { AuditRow, PayloadPart } from "../domain/audit-line.ts";
import type { PersonKey, RunId, TenantId } from "../domain/ids.ts";

export interface AuditHead {
  readonly tenant: TenantId;
  readonly seq: number;
  readonly hash: string;
  /** Events up to here are gone. */
  readonly prunedTo: number;
}

export interface AuditPayload {
  readonly tenant: TenantId;
  readonly run: RunId;
  readonly step: number;
  readonly part: PayloadPart;
  readonly digest: string;
  /** Whose matter it is: may ask for its erasure. */
  readonly person: PersonKey;
  readonly sealed: string;
}

export interface StoredCheckpoint {
  readonly tenant: TenantId;
  readonly seq: number;
  readonly head: string;
  readonly at: number;
  readonly key: string;
  readonly signature: string;
}

export interface StoredAuditKey {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly publicKey: string;
  /** The private half; absent once another key has replaced it. */
  readonly sealed?: string;
  readonly signedBy?: string;
  readonly signature?: string;
  readonly madeAt: number;
}

export interface AuditRepository {
  append(event: NewAuditEvent): Promise<void>;
  heads(): Promise<AuditHead[]>;
  /** Events of a tenant after `after`, in order. */
  list(tenant: TenantId, after: number, limit: number): Promise<AuditRow[]>;
  /** Events of a run, in order. */
  ofRun(run: RunId): Promise<AuditRow[]>;
  /** Deletes a tenant's events up to `upTo`; returns how many. */
  prune(tenant: TenantId, upTo: number): Promise<number>;
  /** The last event of a tenant that is older than `before`. */
  lastBefore(tenant: TenantId, before: number): Promise<number | undefined>;
  /** The last up to which all are older than `before`, looked for from the oldest on. What a wrong clock dated after `now` counts as its neighbours. */
  oldUpTo(tenant: TenantId, before: number, now: number): Promise<number | undefined>;

  /** Twice the same place is once. */
  keep(payload: AuditPayload, now: number): Promise<void>;
  payload(run: RunId, step: number, part: PayloadPart): Promise<Partial<AuditPayload> | undefined>;
  /** Erases what is kept of a run or a person; returns the tenants and how many each. */
  erase(whose: { readonly run: RunId } | { readonly person: PersonKey }): Promise<Map<TenantId, number>>;
  prunePayloads(before: number): Promise<number>;

  addCheckpoint(checkpoint: StoredCheckpoint): Promise<void>;
  /** Of a tenant, in order; of all of them, tenant by tenant. */
  checkpoints(tenant?: TenantId): Promise<StoredCheckpoint[]>;
  lastCheckpoint(tenant: TenantId): Promise<StoredCheckpoint | undefined>;
  unanchored(limit: number): Promise<StoredCheckpoint[]>;
  anchored(checkpoint: StoredCheckpoint): Promise<void>;

  /** Oldest first. */
  keys(): Promise<StoredAuditKey[]>;
  /** Takes the place of `signedBy`, whose private half is destroyed. False if another came first. */
  addKey(key: StoredAuditKey & { readonly sealed: string }): Promise<boolean>;
  /** Conditional on `from`; false otherwise. */
  resealKey(id: string, from: string, to: string): Promise<boolean>;
}
