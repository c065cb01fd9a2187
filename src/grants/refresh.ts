// A fresh token for a connection, by one caller at a time, however many ask in however many processes (VLT-5, A17).
//
//   RF1  Who asks the service holds the row's lease, and has read the row under it. The lease is longer than the request.
//   RF2  What comes is written only over the version that was seen. Nothing newer is ever replaced or thrown away.
//   RF3  `invalid_grant` counts only while the row is as it was seen: if somebody else has put a newer pair there, that is it.
//   RF4  A service that can't be reached costs one more try, then peace for half a minute; after four days of it the owner is
//        asked to connect again.

import { pause } from "../base/abort.ts";
import type { Secret } from "../base/secret.ts";
import { isAgentPrincipal } from "../domain/connection.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import type { GrantToken } from "./contract.ts";
import type { GrantDeps } from "./deps.ts";
import { GrantError } from "./errors.ts";
import { recordConnection } from "./events.ts";
import type { TokenAnswer } from "./oauth-client.ts";
import { OAuthRefusal } from "./oauth-failures.ts";
import { openToken, sealTokens } from "./sealed-tokens.ts";
import { tellOwner } from "./tell-owner.ts";

/** Longer than the request under it may take, twice (RF1). */
const leaseMs = 30_000;
const backOffMs = 30_000;
const hopelessMs = 4 * 24 * 60 * 60_000;
const lookAgainMs = { first: 25, most: 400 };
/** Two tries of a dead neighbour, and one's own. */
const patienceMs = 3 * leaseMs;

export async function refreshed(
  deps: GrantDeps,
  spec: ConnectionSpec,
  seen: ConnectionRow,
  owner: string,
): Promise<GrantToken> {
  const { store, clock } = deps;
  const until = clock.now() + patienceMs;
  for (let wait = lookAgainMs.first; ; wait = Math.min(wait * 2, lookAgainMs.most)) {
    const now = clock.now();
    const leased = await store.write((tx) => tx.connections.lease(seen.id, owner, now, now + leaseMs));
    if (leased) return underLease(deps, spec, { seen, row: leased, owner });
    const row = await store.read((tx) => tx.connections.find(seen.id));
    if (!row) throw gone(seen);
    const usable = await present(deps, row, seen.version);
    if (usable) return usable;
    if (clock.now() >= until) throw unavailable(spec);
    await pause(clock, wait);
  }
}

/** The row's token, if it is newer than what was seen, or good for a while yet. */
async function present(deps: GrantDeps, row: ConnectionRow, than: number): Promise<GrantToken | undefined> {
  if (row.state !== "active") throw gone(row);
  const stillGood = row.expiresAt !== undefined && row.expiresAt > deps.clock.now();
  if (row.version === than && !stillGood) return undefined;
  const secret = await deps.store.read((tx) => openToken(tx, deps.vault, row, "access"));
  return secret && { secret, version: row.version };
}

interface Leased {
  readonly seen: ConnectionRow;
  /** As it was when the lease was taken. */
  readonly row: ConnectionRow;
  readonly owner: string;
}

async function underLease(deps: GrantDeps, spec: ConnectionSpec, leased: Leased): Promise<GrantToken> {
  const { store, vault, clock } = deps;
  const { seen, row, owner } = leased;
  const letGo = (): Promise<void> => store.write((tx) => tx.connections.release(row.id, owner));
  if (row.state !== "active" || row.version !== seen.version || (row.retryAt ?? 0) > clock.now()) {
    await letGo();
    const usable = await present(deps, row, seen.version);
    if (usable) return usable;
    throw unavailable(spec);
  }
  const secret = await store.read((tx) => openToken(tx, vault, row, "refresh"));
  let answer: TokenAnswer;
  try {
    answer = await askTwice(deps, spec, row, secret);
  } catch (error) {
    return inVain(deps, spec, row, error);
  }
  await deps.failpoint("grant.refreshed");
  return keep(deps, spec, row, { answer, kept: secret });
}

/** Once more with the same token when nothing came back; a refusal is an answer. */
async function askTwice(
  { oauth, resolver }: GrantDeps,
  configured: ConnectionSpec,
  row: ConnectionRow,
  secret: Secret | undefined,
): Promise<TokenAnswer> {
  const ask = async (): Promise<TokenAnswer> => {
    const spec = await resolver.resolve(configured, row.tenant);
    if (isAgentPrincipal(row.owner)) return oauth.own(spec);
    if (secret === undefined) throw new OAuthRefusal(spec, "invalid_grant", undefined);
    // The configuration, or the service, has another issuer by now: it does not get what is of the former one (OA3).
    if (row.issuer !== undefined && (await oauth.facts(spec)).issuer !== row.issuer)
      throw new OAuthRefusal(spec, "invalid_grant", undefined);
    return oauth.refresh(spec, secret);
  };
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GrantError && error.code === "grant.unavailable") return ask();
    throw error;
  }
}

async function keep(
  deps: GrantDeps,
  spec: ConnectionSpec,
  row: ConnectionRow,
  got: { readonly answer: TokenAnswer; readonly kept: Secret | undefined },
): Promise<GrantToken> {
  const { store, vault, clock } = deps;
  const now = clock.now();
  const version = row.version + 1;
  const saved = await store.write(async (tx) => {
    const tokens = await sealTokens(tx, vault, { ...row, version, now }, got);
    const { scopes } = got.answer;
    const isSaved = await tx.connections.save(row.id, row.version, {
      ...tokens,
      ...(scopes === undefined || scopes.length === 0 ? {} : { scopes }),
      now,
    });
    if (isSaved) await recordConnection(tx, "token.refreshed", row, { time: now, data: { version } });
    return isSaved;
  });
  if (saved) return { secret: got.answer.access, version };
  // Revoked, or connected again, while we asked: what came now is nobody's.
  await deps.resolver
    .resolve(spec, row.tenant)
    .then((resolved) => deps.oauth.revoke(resolved, got.answer.refresh ?? got.answer.access, "refresh_token"))
    .catch(() => false);
  return newerThan(deps, row);
}

async function newerThan(deps: GrantDeps, row: ConnectionRow): Promise<GrantToken> {
  const now = await deps.store.read((tx) => tx.connections.find(row.id));
  const usable = now && now.version !== row.version ? await present(deps, now, row.version) : undefined;
  if (!usable) throw gone(row);
  return usable;
}

async function inVain(
  deps: GrantDeps,
  spec: ConnectionSpec,
  row: ConnectionRow,
  error: unknown,
): Promise<GrantToken> {
  const { store, clock } = deps;
  const now = clock.now();
  // It is stopped, and not for this connection's sake: the lease ends by itself.
  if (error instanceof GrantError && error.code === "grant.quarantined") throw error;
  const refused = error instanceof OAuthRefusal && error.error === "invalid_grant";
  const hopeless = row.failingSince !== undefined && now - row.failingSince >= hopelessMs;
  const told = await store.write(async (tx) => {
    const found = await tx.connections.find(row.id);
    if (!found || found.version !== row.version || found.state !== "active") return "changed";
    await tx.connections.failed(row.id, row.version, { now, retryAt: now + backOffMs });
    if (!refused && !hopeless) return "waits";
    const why = refused ? "invalid_grant" : "unreachable";
    if (!(await tx.connections.change(row.id, "needs_reauth", why, now))) return "changed";
    await recordConnection(tx, "token.failed", row, { time: now, data: { why } });
    if (await tx.connections.tell(row.id, now)) {
      await tellOwner(tx, deps, row, {
        key: `reauth:${row.id}:${row.version}`,
        text: `Your ${spec.provider.title} connection (${row.account}) no longer works. Write \`connect ${row.name}\` to me to connect it again.`,
      });
    }
    return "told";
  });
  if (told === "told") deps.said();
  if (told === "changed") return newerThan(deps, row);
  if (told === "waits" && error instanceof GrantError) {
    const usable = await present(deps, row, row.version);
    if (usable) return usable;
  }
  throw error;
}

function gone({ name, state }: Pick<ConnectionRow, "name" | "state">): GrantError {
  return state === "needs_reauth"
    ? new GrantError("grant.needs_reauth", `The ${name} connection has to be connected again by its owner.`)
    : new GrantError("grant.gone", `The ${name} connection is not there any more.`);
}

function unavailable({ name, provider }: ConnectionSpec): GrantError {
  return new GrantError(
    "grant.unavailable",
    `${provider.title} does not renew the ${name} connection at the moment. Try again in a minute.`,
    { retry: { kind: "after", ms: backOffMs }, facts: { connection: name } },
  );
}
