// A service took the token and wants more scopes for an act (403 `insufficient_scope`; MCP specification, step-up).
//
//   SU1  What is wanted is put down; the next look for the connection finds it missing, and its owner is asked for what was granted
//        and what is wanted together, by a new authorization: a refresh can't widen (VLT-9).
//   SU2  Asked once in a day: a service that wants the same again after its owner was asked gets no second card.

import type { ReadyGrant, WantedScopes } from "./contract.ts";
import { missingScopes } from "./connection-spec.ts";
import type { GrantDeps } from "./deps.ts";
import { isUsable } from "./usable.ts";

const askedAgainMs = 24 * 60 * 60_000;
const most = 50;

export type StepUp = "will_be_asked" | "given_up";

export function wantScopes(
  { store, specs, clock }: GrantDeps,
  grant: ReadyGrant,
  { capability, scopes }: WantedScopes,
): Promise<StepUp> {
  const now = clock.now();
  return store.write(async (tx) => {
    const spec = specs.get(grant.connection);
    const row = await tx.connections.find(grant.id);
    if (!spec || spec.identity === "agent" || !row || !isUsable(row, grant, spec)) return "given_up";
    const wanted = [...new Set(scopes)].slice(0, most);
    // It says that something is missing, and not what; or what was granted already.
    if (missingScopes(spec, row.scopes, wanted).length === 0) return "given_up";
    const before = await tx.scopeWants.find(row.id, capability);
    if (before?.askedAt !== undefined && before.askedAt > now - askedAgainMs) {
      if (wanted.every((scope) => before.scopes.includes(scope))) return "given_up";
    }
    await tx.scopeWants.put({ connection: row.id, capability, scopes: wanted, at: now });
    return "will_be_asked";
  });
}
