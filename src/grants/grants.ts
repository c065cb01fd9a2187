// Grants, put together.

import { agentPrincipal } from "../domain/connection.ts";
import type { Grants } from "./contract.ts";
import type { GrantDeps } from "./deps.ts";
import { findGrant } from "./find-grant.ts";
import { wantScopes } from "./step-up.ts";
import { createTokens } from "./tokens.ts";

export function createGrants(deps: GrantDeps): Grants {
  const { specs, clock } = deps;
  const tokens = createTokens(deps);
  return {
    ownerFor(connection, { tenant, agent, subject }) {
      const spec = specs.get(connection);
      if (!spec) return undefined;
      return spec.identity === "agent" ? agentPrincipal(tenant, agent) : subject;
    },
    find: (tx, need) => findGrant(tx, specs.get(need.connection), need, clock.now()),
    token: (grant) => tokens.token(grant),
    rejected: (grant, version) => tokens.rejected(grant, version),
    wants: (grant, wanted) => wantScopes(deps, grant, wanted),
  };
}
