// An account at an outside service, owned by an agent or by one person, and what it may be used for.
//
//   CN1  A connection has one owner, and is used for nobody else (I10). Its state is checked whenever it is used.
//   CN2  A state changes only along `connectionTransitions`, by a conditional update with one winner; `revoked` is final:
//        the same account connected again is another connection.
//   CN3  A connection that is for one run (`run`) is no other run's, and ends with it.

import type { PersonKey, RunId, TenantId } from "./ids.ts";

export const connectionStates = ["pending", "active", "needs_reauth", "quarantined", "revoked"] as const;
export type ConnectionState = (typeof connectionStates)[number];

export const connectionTransitions: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  pending: ["active", "revoked"],
  active: ["needs_reauth", "quarantined", "revoked"],
  needs_reauth: ["active", "revoked"],
  quarantined: ["active", "revoked"],
  revoked: [],
};

/** The states from which `to` can be reached. */
export function statesBefore(to: ConnectionState): ConnectionState[] {
  return connectionStates.filter((from) => connectionTransitions[from].includes(to));
}

/**
 * Why a run can't use what it needs. `not_connected`: its owner has no such connection, or it is not for this run.
 * `too_few_scopes`: it is there, and what is needed was not granted. `needs_reauth`: its tokens no longer work. `not_here`: its
 * owner has not said that a run in a channel may use it.
 */
export const missingReasons = ["not_connected", "too_few_scopes", "needs_reauth", "not_here"] as const;
export type MissingReason = (typeof missingReasons)[number];

/** An agent as the owner of connections: `agent:<tenant>/<name>` (ID-3). */
export type AgentPrincipal = `agent:${string}/${string}`;
export type Principal = PersonKey | AgentPrincipal;

export function agentPrincipal(tenant: TenantId, name: string): AgentPrincipal {
  return `agent:${tenant}/${name}`;
}

export function isAgentPrincipal(principal: Principal): principal is AgentPrincipal {
  return principal.startsWith("agent:");
}

/** A connection without its tokens. */
export interface Connection {
  readonly id: string;
  readonly tenant: TenantId;
  readonly owner: Principal;
  /** As in the configuration. */
  readonly name: string;
  readonly provider: string;
  /** The provider's id of the account, where it tells. */
  readonly subject?: string;
  /** The account as people know it. */
  readonly account: string;
  readonly state: ConnectionState;
  /** Why it is not active, in a word. */
  readonly why?: string;
  /** The one that is meant where the owner has several of the name. */
  readonly isDefault: boolean;
  /** What was granted, which may be less than was asked (VLT-9). */
  readonly scopes: readonly string[];
  readonly resource?: string;
  /** The only run that it is for (CN3). */
  readonly run?: RunId;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revokedAt?: number;
}
