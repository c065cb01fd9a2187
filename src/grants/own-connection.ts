// Connections of the agent itself: an API key, or tokens by client credentials. Nobody has to consent; the configuration did.
//
//   OC1  The row is made when it is first needed, under an id that the credential decides: revoked, it stays revoked until the
//        configuration has another credential.

import { createHash } from "node:crypto";
import type { AgentPrincipal } from "../domain/connection.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import type { ConnectionSpec } from "./connection-spec.ts";

interface Owner {
  readonly tenant: TenantId;
  readonly owner: AgentPrincipal;
}

export function ownConnectionId({ tenant, owner }: Owner, spec: ConnectionSpec): string {
  const credential = (spec.apiKey ?? spec.clientSecret ?? spec.clientKey?.key)?.fingerprint() ?? "";
  const resource = resourceOf(spec);
  const parts = [tenant, owner, spec.name, spec.clientId ?? "", credential];
  const name = JSON.stringify(resource === undefined ? parts : [...parts, resource]);
  return `conn_${createHash("sha256").update(name).digest("hex").slice(0, 26)}`;
}

/** Its tokens are for that alone (VLT-7): with another one it is another connection. */
function resourceOf({ provider: { server }, resource }: ConnectionSpec): string | undefined {
  return server.kind === "resource" ? server.url : resource;
}

/** The row of an agent's own connection, as it is before it has a token. */
export function freshOwn({ tenant, owner }: Owner, spec: ConnectionSpec, now: number): ConnectionRow {
  return {
    id: ownConnectionId({ tenant, owner }, spec),
    tenant,
    owner,
    name: spec.name,
    provider: spec.provider.name,
    // Beside the account of another credential.
    subject: ownConnectionId({ tenant, owner }, spec),
    account: spec.apiKey ? "API key" : (spec.clientId ?? spec.name),
    state: "active",
    isDefault: true,
    scopes: Object.values(spec.scopes).flat(),
    ...(spec.resource === undefined ? {} : { resource: spec.resource }),
    version: 0,
    failures: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** The row, made if it is the first time: in a transaction that writes. */
export async function ensureOwn(
  tx: Tx,
  owner: Owner,
  spec: ConnectionSpec,
  now: number,
): Promise<ConnectionRow> {
  const fresh = freshOwn(owner, spec, now);
  await tx.connections.add(fresh);
  return (await tx.connections.find(fresh.id)) ?? fresh;
}
