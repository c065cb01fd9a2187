// What tools got and returned, sealed beside the chain; events name it by digest (AUD-3).
//
//   PY1  A digest is over the canonical form of the payload. What is opened again has to have it.
//   PY2  An erased payload is said to be erased. The chain that names it stays valid.

import { hash } from "node:crypto";
import { parseJson } from "../base/json.ts";
import { Secret } from "../base/secret.ts";
import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { PayloadPart } from "../domain/audit-line.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { PersonKey, RunId, TenantId } from "../domain/ids.ts";
import type { Store } from "../store/contract.ts";
import type { AuditPayload } from "../store/contract-audit.ts";
import type { AuditDeps, AuditSeal } from "./contract.ts";

export interface PayloadPlace {
  readonly tenant: TenantId;
  readonly run: RunId;
  readonly step: number;
  readonly part: PayloadPart;
  /** Whose matter it is. */
  readonly person: PersonKey;
}

/** Lower-case hex SHA-256 of the canonical form. */
export function payloadDigest(payload: unknown): string {
  return hash("sha256", canonicalJson(payload));
}

export function sealPayload(seal: AuditSeal, place: PayloadPlace, payload: unknown): AuditPayload {
  const text = canonicalJson(payload);
  const digest = hash("sha256", text);
  return { ...place, digest, sealed: seal.close(new Secret(text), placeOf(place)) };
}

export type OpenedPayload =
  | { readonly state: "kept"; readonly digest: string; readonly payload: unknown; readonly altered: boolean }
  | { readonly state: "erased"; readonly digest: string }
  | { readonly state: "absent" };

export async function openPayload(
  { store, seal }: Pick<AuditDeps, "store" | "seal">,
  place: Pick<PayloadPlace, "run" | "step" | "part">,
): Promise<OpenedPayload> {
  const row = await store.read((tx) => tx.audit.payload(place.run, place.step, place.part));
  if (row?.digest === undefined) return { state: "absent" };
  const { digest, sealed } = row;
  if (sealed === undefined) return { state: "erased", digest };
  const text = seal.open(sealed, placeOf(place)).reveal();
  const altered = hash("sha256", text) !== digest;
  return { state: "kept", digest, payload: parseJson(text)?.value, altered };
}

/** Erases what is kept of a run or a person, and says so in each tenant's chain. Returns how many payloads there were. */
export function erasePayloads(
  store: Store,
  whose: { readonly run: RunId } | { readonly person: PersonKey },
  by: Pick<NewAuditEvent, "actor" | "time">,
): Promise<number> {
  return store.write(async (tx) => {
    const counts = await tx.audit.erase(whose);
    for (const [tenant, payloads] of counts) {
      const about = "run" in whose ? { run: whose.run } : { subject: whose.person };
      await tx.audit.append({ ...by, ...about, tenant, type: "audit.erased", data: { payloads } });
    }
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  });
}

function placeOf({ run, step, part }: Pick<PayloadPlace, "run" | "step" | "part">): string {
  return `audit_payloads/${run}/${step}/${part}`;
}
