// Data keys, connections and consent as the store keeps them. Every text that is `sealed` is the vault's.

import type { Connection, ConnectionState, Principal } from "../domain/connection.ts";
import type { ConsentSession, EndedConsentState } from "../domain/consent.ts";
import type { PersonKey, RunId, TenantId } from "../domain/ids.ts";

/** `active`: writes use it. `retiring`: what it sealed can still be read. `erased`: its key is destroyed. */
export type DataKeyState = "active" | "retiring" | "retired" | "erased";

export interface DataKeyRow {
  readonly tenant: TenantId;
  readonly version: number;
  /** Wrapped by the master key; absent once it is retired or erased. */
  readonly wrapped?: string;
  /** Fingerprint of the master key that wraps it. */
  readonly master: string;
  readonly state: DataKeyState;
  readonly createdAt: number;
}

export interface DataKeyRepository {
  /** Makes `row` the active key of its tenant if the version is free, the former one `retiring`; false if it is not. */
  add(row: DataKeyRow): Promise<boolean>;
  find(tenant: TenantId, version: number): Promise<DataKeyRow | undefined>;
  /** On Postgres it stays the active one until the transaction ends. */
  active(tenant: TenantId): Promise<DataKeyRow | undefined>;
  /** By tenant and version. */
  list(tenant?: TenantId): Promise<DataKeyRow[]>;
  /** Under another master key; false unless it is still wrapped as `seen`. */
  rewrap(
    key: Pick<DataKeyRow, "tenant" | "version">,
    seen: string,
    to: { readonly wrapped: string; readonly master: string },
  ): Promise<boolean>;
  /** `retiring → retired`, the key destroyed; false otherwise. */
  retire(tenant: TenantId, version: number): Promise<boolean>;
  /** Destroys every key of the tenant (crypto-erase, VLT-11); returns how many there were. */
  erase(tenant: TenantId): Promise<number>;
}

/** The tokens of a connection, and who is refreshing them. */
export interface TokenRow {
  /** Raised by every new pair; in the place that a sealed text is bound to. */
  readonly version: number;
  /** Of the data key that sealed both. */
  readonly keyVersion?: number;
  readonly access?: string;
  readonly refresh?: string;
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly leaseOwner?: string;
  readonly leaseUntil?: number;
  readonly failures: number;
  readonly failingSince?: number;
  /** Not tried before. */
  readonly retryAt?: number;
  /** The owner was told that it has to be connected again. */
  readonly toldAt?: number;
}

export interface ConnectionRow extends Connection, TokenRow {
  /** Who issued the tokens: they are sent to nobody else. */
  readonly issuer?: string;
}

export interface NewTokens {
  readonly keyVersion: number;
  readonly access: string;
  readonly refresh?: string;
  readonly issuedAt: number;
  readonly expiresAt?: number;
}

export interface ConnectionFilter {
  readonly tenant?: TenantId;
  readonly owner?: Principal;
  readonly name?: string;
  readonly limit: number;
}

export interface ConnectionRepository {
  /** False if its owner has a connection of that name to that account, for that run, that is not revoked. */
  add(row: ConnectionRow): Promise<boolean>;
  find(id: string): Promise<ConnectionRow | undefined>;
  /** Of one owner and name, not revoked; those for `run` or for all runs; the run's own and the default one first. */
  held(at: {
    readonly tenant: TenantId;
    readonly owner: Principal;
    readonly name: string;
    readonly run?: RunId;
  }): Promise<ConnectionRow[]>;
  /** Newest first, revoked ones too. */
  list(filter: ConnectionFilter): Promise<ConnectionRow[]>;
  /** Of other owners in the tenant, not revoked, to the same account (VLT-12). */
  sameAccount(
    of: Pick<ConnectionRow, "tenant" | "owner" | "provider"> & { readonly subject: string },
  ): Promise<ConnectionRow[]>;
  /** Conditional on being in one of the states before `to`; false otherwise. */
  change(id: string, to: ConnectionState, why: string | undefined, now: number): Promise<boolean>;
  makeDefault(row: Pick<ConnectionRow, "id" | "tenant" | "owner" | "name">): Promise<void>;
  /** The row if `owner` now has the lease: nobody had it, or it was over. */
  lease(id: string, owner: string, now: number, until: number): Promise<ConnectionRow | undefined>;
  release(id: string, owner: string): Promise<void>;
  /** A new pair, if the version is still `seen` and the connection isn't revoked (VLT-5). The lease is over, the failures forgotten. */
  save(
    id: string,
    seen: number,
    tokens: NewTokens & { readonly scopes?: readonly string[]; readonly now: number },
  ): Promise<boolean>;
  /** Nothing came of a refresh, and it is not tried before `retryAt`. The lease is over. */
  failed(id: string, seen: number, at: { readonly now: number; readonly retryAt: number }): Promise<void>;
  /** The access token of version `seen` is over. */
  expire(id: string, seen: number, now: number): Promise<void>;
  /** The same pair under another data key, if nothing changed meanwhile (VLT-4). */
  reseal(
    id: string,
    seen: Pick<TokenRow, "version" | "keyVersion">,
    sealed: Pick<NewTokens, "keyVersion" | "access" | "refresh">,
  ): Promise<boolean>;
  /** True for the first who asks: the owner is to be told once. */
  tell(id: string, now: number): Promise<boolean>;
  /** Destroys the sealed texts. */
  destroy(id: string): Promise<void>;
  /** Revoked and not yet destroyed, due by `now`. */
  undestroyed(now: number, limit: number): Promise<ConnectionRow[]>;
  /** Revoked at the provider in vain: to be tried again at `retryAt`. */
  retryLater(id: string, retryAt: number): Promise<void>;
  /** Not revoked, for a run that has ended. */
  outlived(limit: number): Promise<ConnectionRow[]>;
  ofRun(run: RunId): Promise<ConnectionRow[]>;
  /** How many rows each data key of the tenant seals. */
  keyUse(tenant: TenantId): Promise<ReadonlyMap<number, number>>;
  /** Sealed by another key than `version`. */
  sealedOtherwise(tenant: TenantId, version: number, limit: number): Promise<ConnectionRow[]>;
  /** The owner's word that a run in a channel may use it (`grant.use_here`). Twice is once. */
  allowIn(use: {
    readonly run: RunId;
    readonly connection: string;
    readonly by: PersonKey;
    readonly now: number;
  }): Promise<void>;
  isAllowedIn(run: RunId, connection: string): Promise<boolean>;
}

export interface ConsentRow extends ConsentSession {
  /** Digest of what the link holds. */
  readonly link: string;
  /** Digests of the browser's cookie and of `state`; sealed verifier and nonce; from `consented` on. */
  readonly browser?: string;
  readonly oauthState?: string;
  readonly proof?: string;
  /** The issuer that has to answer, and where to. */
  readonly issuer?: string;
  readonly redirectUri?: string;
}

export interface Consented {
  readonly browser: string;
  readonly oauthState: string;
  readonly proof: string;
  readonly issuer?: string;
  readonly redirectUri: string;
}

export interface ConsentRepository {
  /** False if the initiator has one under way for the connection (CON-1). */
  add(row: ConsentRow): Promise<boolean>;
  find(id: string): Promise<ConsentRow | undefined>;
  byLink(link: string): Promise<ConsentRow | undefined>;
  byState(oauthState: string): Promise<ConsentRow | undefined>;
  /** The one that is under way. */
  underWay(initiator: PersonKey, connection: string): Promise<ConsentRow | undefined>;
  /** `open | consented → consented`. */
  consent(id: string, given: Consented, now: number): Promise<boolean>;
  /** `consented → claimed`, if it is the same `state` and not over; one winner (CS1). */
  claim(id: string, oauthState: string, now: number): Promise<boolean>;
  /** What protected it is destroyed. False if it had ended, or can't end so from where it stands. */
  end(
    id: string,
    to: EndedConsentState,
    how: { readonly why?: string; readonly made?: string; readonly now: number },
  ): Promise<boolean>;
  /** Those that came to the connection `made`. */
  ofConnection(initiator: PersonKey, connection: string, made: string): Promise<ConsentRow[]>;
  /** Not ended, although their time is over. */
  overdue(now: number, limit: number): Promise<ConsentRow[]>;
  /** Did the person say no to this connection since? */
  declinedSince(initiator: PersonKey, connection: string, since: number): Promise<boolean>;
  /** They want it after all: what they declined before counts no more. */
  takeBackNo(initiator: PersonKey, connection: string): Promise<void>;
}

/** A browser that proved whose it is (CON-4), or that is doing so. */
export interface BrowserRow {
  /** Digest of the cookie. */
  readonly id: string;
  /** Whose it is, from when that is known. */
  readonly person?: PersonKey;
  /** A sign-in under way: digest of `state`, sealed rest. */
  readonly signInState?: string;
  readonly signIn?: string;
  readonly expiresAt: number;
  readonly createdAt: number;
}

export interface BrowserRepository {
  save(row: BrowserRow): Promise<void>;
  find(id: string, now: number): Promise<BrowserRow | undefined>;
  /** Takes a sign-in: its `state` works once. */
  takeSignIn(signInState: string, now: number): Promise<BrowserRow | undefined>;
  prune(now: number): Promise<number>;
}
