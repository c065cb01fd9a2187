// What is known of the authorization servers of MCP servers, and what their services ask for (MCP-2 to MCP-4).

import type { TenantId } from "../domain/ids.ts";

/** Who authorizes at the server of a connection whose service was discovered. */
export interface AuthorityRow {
  readonly tenant: TenantId;
  readonly connection: string;
  /** The server's address, as configured. */
  readonly server: string;
  /** What its tokens are for (RFC 8707). */
  readonly resource: string;
  readonly issuer: string;
  /** What the server asks for where the configuration does not say. */
  readonly scopes: readonly string[];
  readonly seenAt: number;
  /** Named by the server in place of `issuer`: stopped until an operator says which it is (MCP-4). */
  readonly other?: string;
  readonly changedAt?: number;
}

export interface AuthorityRepository {
  find(tenant: TenantId, connection: string): Promise<AuthorityRow | undefined>;
  /** Those of all tenants, or those of one connection, by tenant. */
  list(connection?: string): Promise<AuthorityRow[]>;
  /** The first one of a connection, or the same one seen again. False if another server or issuer stands there, or a change. */
  see(row: Omit<AuthorityRow, "other" | "changedAt">): Promise<boolean>;
  /** Another issuer is named than the one that stands there. True for the first who says so. */
  change(
    at: Pick<AuthorityRow, "tenant" | "connection" | "issuer">,
    other: string,
    now: number,
  ): Promise<boolean>;
  /** What stood there is forgotten: the server was given another address, or an operator took the change. */
  forget(tenant: TenantId, connection: string): Promise<void>;
  /** The change is not taken: what stood there holds. */
  keep(tenant: TenantId, connection: string): Promise<void>;
}

/** Our registration with an authorization server: one for a tenant and issuer (MCP-3). */
export interface OAuthClientRow {
  readonly tenant: TenantId;
  readonly issuer: string;
  /** When somebody last began to register. */
  readonly triedAt: number;
  readonly clientId?: string;
  /** Sealed. */
  readonly secret?: string;
  /** How it proves itself at the token endpoint, as the server said. */
  readonly method?: string;
  readonly redirectUris: readonly string[];
  readonly registeredAt?: number;
  readonly expiresAt?: number;
}

export interface OAuthClientRepository {
  find(tenant: TenantId, issuer: string): Promise<OAuthClientRow | undefined>;
  list(): Promise<OAuthClientRow[]>;
  /** True for the one who may register now: nobody has tried since `before`. */
  begin(at: Pick<OAuthClientRow, "tenant" | "issuer">, now: number, before: number): Promise<boolean>;
  keep(
    at: Pick<OAuthClientRow, "tenant" | "issuer">,
    made: Omit<OAuthClientRow, "tenant" | "issuer" | "triedAt">,
  ): Promise<void>;
  /** The same secret under another key; false if it is not `from` any more. */
  reseal(at: Pick<OAuthClientRow, "tenant" | "issuer">, from: string, to: string): Promise<boolean>;
}

/** Scopes that a service asked for when a connection was used, beyond those it had granted. */
export interface ScopeWantRow {
  /** Its id. */
  readonly connection: string;
  /** What it was used for. */
  readonly capability: string;
  readonly scopes: readonly string[];
  readonly at: number;
  /** The owner was asked for them: they are not asked again. */
  readonly askedAt?: number;
}

export interface ScopeWantRepository {
  find(connection: string, capability: string): Promise<ScopeWantRow | undefined>;
  /** In place of what was wanted before. */
  put(row: Omit<ScopeWantRow, "askedAt">): Promise<void>;
  /** All of the connection. */
  asked(connection: string, now: number): Promise<void>;
}
