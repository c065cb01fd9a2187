// Changes of the configuration, on record (AUD-1): of each part by its digest, in every chain.
//
//   CR1  What was last on record is remembered in the database, so that a change is one event however many processes come to know
//        of it, and one that was made while nothing ran is an event of the next start.
//   CR2  Of a secret its fingerprint counts; no value of the file is in an event.

import type { ConfigFile } from "../config/config-file-schema.ts";
import type { AuditData } from "../domain/audit-event.ts";
import { canonicalDigest } from "../domain/canonical-json.ts";
import type { Store, Tx } from "../store/contract.ts";
import { recordedTenants } from "../store/recorded-tenants.ts";

const recorded = [
  "agents",
  "connections",
  "mcp",
  "groups",
  "channels",
  "schedules",
  "quiet_hours",
  "security",
  "retention",
] as const satisfies readonly (keyof ConfigFile)[];
type RecordedPart = (typeof recorded)[number] | "policy";

interface Recorded {
  readonly part: RecordedPart;
  readonly digest: string;
  /** What this process went by until now. */
  readonly known?: string;
  readonly data?: AuditData;
}

/** To be called at a start. `policy` is the version of the rules. */
export async function recordSettings(
  store: Store,
  { settings, policy }: { readonly settings: ConfigFile; readonly policy: string },
  now: number,
): Promise<void> {
  const parts: Recorded[] = recorded.map((part) => ({ part, digest: digestOf(settings[part]) }));
  await store.write(async (tx) => {
    for (const one of [...parts, { part: "policy", digest: policy } as const])
      await recordChange(tx, one, now);
  });
}

/** Nothing where it is what was last on record; what is seen for the first time is remembered without a word. */
export async function recordChange(
  tx: Tx,
  { part, digest, known, data }: Recorded,
  now: number,
): Promise<void> {
  const name = `config:${part}`;
  const before = await tx.lastKnown.claim(name, known ?? digest);
  if (before === digest) return;
  await tx.lastKnown.replace(name, before, digest);
  for (const tenant of await recordedTenants(tx)) {
    await tx.audit.append({
      tenant,
      type: "config.changed",
      time: now,
      actor: "system",
      digest,
      data: { part, before, ...data },
    });
  }
}

/** CR2: a `Secret` is its fingerprint in JSON. */
function digestOf(part: unknown): string {
  return canonicalDigest("deputy-config-v1\n", JSON.parse(JSON.stringify(part ?? null)));
}
