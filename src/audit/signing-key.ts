// The key that signs checkpoints: in the database, sealed; made at first need, replaced by another that it signs (AUD-4).
//
//   SK1  One key signs at a time. Its private half is destroyed in the transaction that puts another in its place.

import type { KeyObject } from "node:crypto";
import { AppError } from "../base/errors.ts";
import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { CheckpointLine, KeyLine } from "../domain/audit-line.ts";
import type { InFlightReport } from "../domain/in-flight.ts";
import type { Tx } from "../store/contract.ts";
import type { AuditHead, StoredAuditKey, StoredCheckpoint } from "../store/contract-audit.ts";
import type { AuditDeps } from "./contract.ts";
import { newKeyPair, signer, signLine } from "./signatures.ts";

export interface Signer {
  readonly id: string;
  checkpoint(place: Pick<AuditHead, "tenant" | "seq" | "hash">, at: number): StoredCheckpoint;
  report(content: Omit<InFlightReport, "key" | "public_key" | "signature">): InFlightReport;
}

/** The key in force, made if there is none. */
export async function openSigner(deps: Omit<AuditDeps, "log">): Promise<Signer> {
  const present = await liveKey(deps);
  if (present) return signerOf(present, deps);
  const fresh = sealedPair(deps);
  await deps.store.write((tx) => tx.audit.addKey(fresh));
  const kept = await liveKey(deps); // another process may have been first
  if (!kept) throw new AppError("audit.no_key", "The audit log has no signing key, and none could be made.");
  return signerOf(kept, deps);
}

/** Another key signs from now on. The event is of the tenant that `event` names. */
export async function rotateSigningKey(
  deps: Omit<AuditDeps, "log">,
  event: Pick<NewAuditEvent, "tenant" | "actor">,
): Promise<{ readonly id: string; readonly replaced: string }> {
  const old = await liveKey(deps);
  const { id: replaced } = await openSigner(deps);
  const present = old ?? (await liveKey(deps));
  if (!present) throw gone();
  const { sealed, ...fresh } = sealedPair(deps);
  const line: KeyLine = { kind: "key", id: fresh.id, public_key: fresh.publicKey, signed_by: replaced };
  const signature = signLine(line, keyObject(present, deps));
  const time = deps.clock.now();
  const done = await deps.store.write(async (tx: Tx) => {
    if (!(await tx.audit.addKey({ ...fresh, sealed, signedBy: replaced, signature }))) return false;
    await tx.audit.append({
      ...event,
      type: "key.rotated",
      time,
      data: { key: fresh.id, replaced, of: "audit" },
    });
    return true;
  });
  if (!done) throw gone();
  return { id: fresh.id, replaced };
}

/** Under the present master key, where a former one sealed it; true if it was. */
export async function resealSigningKey({ store, seal }: Omit<AuditDeps, "log">): Promise<boolean> {
  return store.write(async (tx) => {
    const live = (await tx.audit.keys()).find(({ sealed }) => sealed !== undefined);
    if (live?.sealed === undefined) return false;
    const place = placeOf(live.id);
    return tx.audit.resealKey(live.id, live.sealed, seal.close(seal.open(live.sealed, place), place));
  });
}

export function keyLine({ id, publicKey, signedBy, signature }: StoredAuditKey): KeyLine {
  return {
    kind: "key",
    id,
    public_key: publicKey,
    ...(signedBy === undefined ? {} : { signed_by: signedBy }),
    ...(signature === undefined ? {} : { signature }),
  };
}

export function checkpointLine({ at, ...rest }: StoredCheckpoint): CheckpointLine {
  return { kind: "checkpoint", ...rest, time: new Date(at).toISOString() };
}

async function liveKey({ store }: Pick<AuditDeps, "store">): Promise<StoredAuditKey | undefined> {
  const keys = await store.read((tx) => tx.audit.keys());
  return keys.find(({ sealed }) => sealed !== undefined);
}

function signerOf(stored: StoredAuditKey, deps: Pick<AuditDeps, "seal">): Signer {
  const key = keyObject(stored, deps);
  return {
    id: stored.id,
    checkpoint({ tenant, seq, hash: head }, at) {
      const unsigned = { tenant, seq, head, at, key: stored.id };
      const { signature: _none, ...line } = checkpointLine({ ...unsigned, signature: "" });
      return { ...unsigned, signature: signLine<CheckpointLine>(line, key) };
    },
    report(content) {
      const line = { ...content, key: stored.id, public_key: stored.publicKey };
      return { ...line, signature: signLine<InFlightReport>(line, key) };
    },
  };
}

function keyObject({ id, publicKey, sealed }: StoredAuditKey, { seal }: Pick<AuditDeps, "seal">): KeyObject {
  if (sealed === undefined) throw gone();
  return signer({ publicKey, secret: seal.open(sealed, placeOf(id)) });
}

function sealedPair({
  seal,
  clock,
}: Pick<AuditDeps, "seal" | "clock">): StoredAuditKey & { readonly sealed: string } {
  const { id, publicKey, secret } = newKeyPair();
  return { id, publicKey, sealed: seal.close(secret, placeOf(id)), madeAt: clock.now() };
}

function placeOf(id: string): string {
  return `audit_keys/${id}`;
}

function gone(): AppError {
  return new AppError(
    "audit.key_replaced",
    "The signing key of the audit log was replaced by another process in this moment. Try again.",
  );
}
