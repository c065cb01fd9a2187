// Whose a row of a connection is, and what its tokens are for: asked whenever it is used.

import { isAgentPrincipal } from "../domain/connection.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import type { ReadyGrant } from "./contract.ts";
import { isResourceOf } from "./discovery/protected-resource.ts";

/** GR4, VLT-7. */
export function isUsable(
  row: ConnectionRow,
  { tenant, owner, run, connection }: ReadyGrant,
  spec: ConnectionSpec,
): boolean {
  const own = row.tenant === tenant && row.owner === owner && row.name === connection;
  return own && (row.run === undefined || row.run === run) && isForResource(row, spec);
}

/** The configuration may have given the connection another server since: what was granted for the former one is not for it. */
export function isForResource(
  row: ConnectionRow,
  { provider: { server }, resource }: ConnectionSpec,
): boolean {
  // An agent's row has what it is for in its id.
  if (isAgentPrincipal(row.owner)) return true;
  if (server.kind === "resource")
    return row.resource !== undefined && isResourceOf(row.resource, new URL(server.url));
  return row.resource === resource;
}
