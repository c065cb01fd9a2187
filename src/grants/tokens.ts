// The token at the moment of the call (GR2), refreshed first where that is due.

import { createHash } from "node:crypto";
import { isAgentPrincipal } from "../domain/connection.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import type { GrantToken, ReadyGrant } from "./contract.ts";
import type { GrantDeps } from "./deps.ts";
import { quarantined } from "./discovery/known-authority.ts";
import { GrantError } from "./errors.ts";
import { ensureOwn } from "./own-connection.ts";
import { refreshed } from "./refresh.ts";
import { openToken } from "./sealed-tokens.ts";
import { isUsable } from "./usable.ts";

export interface Tokens {
  token(grant: ReadyGrant): Promise<GrantToken>;
  rejected(grant: ReadyGrant, version: number): Promise<void>;
}

const youngMs = 10_000;

export function createTokens(deps: GrantDeps): Tokens {
  const { store, vault, clock, ids, specs } = deps;
  const owner = ids.next("refresher");
  // Spares the database many questions with one answer; the lease is what keeps callers apart (RF1).
  const underWay = new Map<string, Promise<GrantToken>>();
  const once = (row: ConnectionRow, spec: ConnectionSpec): Promise<GrantToken> => {
    const key = `${row.id}:${row.version}`;
    const held = underWay.get(key);
    if (held) return held;
    // Each refresh is an owner of its own: what one left behind is not another one's lease.
    const asked = refreshed(deps, spec, row, `${owner}:${ids.next("r")}`).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    return asked;
  };
  const rowOf = async (grant: ReadyGrant, spec: ConnectionSpec): Promise<ConnectionRow | undefined> => {
    const row = await store.read((tx) => tx.connections.find(grant.id));
    const { owner: principal, tenant } = grant;
    if (row || !isAgentPrincipal(principal)) return row;
    return store.write((tx) => ensureOwn(tx, { tenant, owner: principal }, spec, clock.now()));
  };
  const mayThrowAway = createPace();
  return {
    async token(grant) {
      const spec = specs.get(grant.connection);
      const row = spec && (await rowOf(grant, spec));
      if (!spec || !row || !isUsable(row, grant, spec)) throw gone(grant.connection);
      if (row.state === "needs_reauth") throw needsReauth(grant.connection);
      if (row.state === "quarantined") throw quarantined(grant.connection);
      if (row.state !== "active") throw gone(grant.connection);
      if (spec.apiKey) return { secret: spec.apiKey, version: row.version };
      if (isDue(row, deps)) return once(row, spec);
      const secret = await store.read((tx) => openToken(tx, vault, row, "access"));
      if (!secret) throw gone(grant.connection);
      return { secret, version: row.version };
    },
    async rejected(grant, version) {
      const now = clock.now();
      // What the service said of itself may be as old as the token.
      deps.resolver.forget(grant);
      const row = await store.read((tx) => tx.connections.find(grant.id));
      if (!row || row.version !== version) return;
      // Some services take a token a moment after they gave it: one that can't be renewed has that long.
      const isNew = now - (row.issuedAt ?? 0) <= youngMs;
      if ((isNew && !isRenewable(row)) || !mayThrowAway(row, now)) return;
      await store.write((tx) => tx.connections.expire(row.id, version, now));
    },
  };
}

/** A service that refuses everything would be asked without end: of one connection one token is thrown away in ten seconds. */
function createPace(): (row: Pick<ConnectionRow, "id" | "version">, now: number) => boolean {
  const thrown = new Map<string, { readonly version: number; readonly at: number }>();
  return ({ id, version }, now) => {
    for (const [other, { at }] of thrown) if (now - at >= youngMs) thrown.delete(other);
    const last = thrown.get(id);
    if (last) return last.version === version;
    thrown.set(id, { version, at: now });
    return true;
  };
}

/** Before its end by the margin or a tenth of its life, but never in the first half of it. */
function isDue(row: ConnectionRow, { clock, refreshMarginMs }: GrantDeps): boolean {
  const { access, expiresAt, issuedAt = 0, id } = row;
  if (access === undefined) return true;
  if (expiresAt === undefined) return false;
  const left = expiresAt - clock.now();
  // What can't be renewed is used to its end.
  if (!isRenewable(row)) return left <= 0;
  const life = expiresAt - issuedAt;
  const margin = Math.max(refreshMarginMs, life / 10) * (1 + jitterOf(id) / 10);
  return left <= 0 || left < Math.min(margin, life / 2);
}

function isRenewable({ refresh, owner }: Pick<ConnectionRow, "refresh" | "owner">): boolean {
  return refresh !== undefined || isAgentPrincipal(owner);
}

/** From 0 to 1, the same for one connection: a thousand that were made at once aren't due at once. */
function jitterOf(id: string): number {
  return createHash("sha256").update(id).digest().readUInt16BE(0) / 0xffff;
}

function gone(connection: string): GrantError {
  return new GrantError(
    "grant.gone",
    `The ${connection} connection is not there any more: it was disconnected, or it was for another run.`,
    { facts: { connection } },
  );
}

function needsReauth(connection: string): GrantError {
  return new GrantError(
    "grant.needs_reauth",
    `The ${connection} connection has to be connected again by its owner.`,
    { facts: { connection } },
  );
}
