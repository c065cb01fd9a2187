// The end of a connection (VLT-8): at once for whoever would use it, then at the service, then what was kept is destroyed.
//
//   RV1  The state changes first, with its event. What is left to do is found again from the rows after a crash.
//   RV2  A service that can't be reached is tried again for a while. What was kept is destroyed whether it answers or not.

import type { Principal } from "../domain/connection.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import { showOver } from "./account-over.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import type { GrantDeps } from "./deps.ts";
import { recordConnection } from "./events.ts";
import { openToken } from "./sealed-tokens.ts";

export interface Revocations {
  /** In the caller's transaction; false if it is revoked already. `finish` does the rest, or the next sweep. */
  revoke(tx: Tx, row: ConnectionRow, how: { readonly why: string; readonly by: string }): Promise<boolean>;
  /** All of an owner: offboarding. Returns how many there were. */
  revokeOwner(
    tx: Tx,
    of: { readonly tenant: TenantId; readonly owner: Principal },
    by: string,
  ): Promise<number>;
  /** Ends what was for runs that are over (CN3), and does at the services what is left to do; returns how many it looked at. */
  sweep(): Promise<number>;
}

const atOnce = 50;
const mostOwned = 1_000;
const leaseMs = 60_000;
const mostTries = 5;
const retryMs = 60_000;

export function createRevocations(deps: GrantDeps): Revocations {
  const { store, clock, ids } = deps;
  const owner = ids.next("revoker");
  const revocations: Revocations = {
    revoke: (tx, row, how) => revokeRow(tx, row, { ...how, now: clock.now() }),
    revokeOwner: (tx, of, by) => revokeOwned(tx, of, { by, now: clock.now() }),
    async sweep() {
      const over = await store.read((tx) => tx.connections.outlived(atOnce));
      for (const row of over) {
        await store.write((tx) => revocations.revoke(tx, row, { why: "run_over", by: "system" }));
      }
      if (over.length > 0) deps.said();
      const left = await store.read((tx) => tx.connections.undestroyed(clock.now(), atOnce));
      await Promise.all(left.map((row) => finish(deps, owner, row)));
      return over.length + left.length;
    },
  };
  return revocations;
}

/** As `revokeOwner`, for who has the rows and no service at hand: the sweep of a server does the rest. */
export async function revokeOwned(
  tx: Tx,
  of: { readonly tenant: TenantId; readonly owner: Principal },
  { by, now }: { readonly by: string; readonly now: number },
): Promise<number> {
  let count = 0;
  for (const row of await tx.connections.list({ ...of, limit: mostOwned })) {
    if (await revokeRow(tx, row, { why: "offboarded", by, now })) count += 1;
  }
  return count;
}

/** In the caller's transaction; false if it is revoked already. */
export async function revokeRow(
  tx: Tx,
  row: ConnectionRow,
  { why, by, now }: { readonly why: string; readonly by: string; readonly now: number },
): Promise<boolean> {
  if (!(await tx.connections.change(row.id, "revoked", why, now))) return false;
  await recordConnection(tx, "token.revoked", row, { time: now, actor: by, data: { why } });
  await showOver(tx, row, { why, now });
  return true;
}

async function finish(deps: GrantDeps, owner: string, { id }: ConnectionRow): Promise<void> {
  const { store, clock, specs, log } = deps;
  const now = clock.now();
  const row = await store.write((tx) => tx.connections.lease(id, owner, now, now + leaseMs));
  if (!row || row.access === undefined) return;
  const spec = specs.get(row.name);
  const outcome = spec === undefined ? "unknown" : await atService(deps, spec, row);
  if (outcome === "failed" && row.failures + 1 < mostTries) {
    await store.write(async (tx) => {
      await tx.connections.retryLater(id, clock.now() + retryMs * 2 ** row.failures);
      await tx.connections.release(id, owner);
    });
    return;
  }
  await store.write(async (tx) => {
    await tx.connections.destroy(id);
    await tx.connections.release(id, owner);
    await recordConnection(tx, "token.revoked", row, {
      time: clock.now(),
      data: { at_service: outcome, destroyed: true },
    });
  });
  if (outcome === "failed") log.warn("A token could not be revoked at its service", { connection: id });
}

type Outcome = "revoked" | "none" | "failed" | "unknown";

/** The refresh token first: what it could still bring is gone with it. */
async function atService(deps: GrantDeps, configured: ConnectionSpec, row: ConnectionRow): Promise<Outcome> {
  const { oauth, store, vault, resolver } = deps;
  const { revocation } = configured.provider;
  if (configured.apiKey !== undefined || revocation.kind === "none") return "none";
  try {
    const spec = await resolver.resolve(configured, row.tenant);
    // Tokens go to nobody but who issued them (OA3).
    if (row.issuer !== undefined && (await oauth.facts(spec)).issuer !== row.issuer) return "unknown";
    const [refresh, access] = await store.read(async (tx) => [
      await openToken(tx, vault, row, "refresh"),
      await openToken(tx, vault, row, "access"),
    ]);
    if (revocation.kind === "own") {
      if (access) await ownRevocation(deps, spec, { ...revocation, token: access.reveal() });
      return "revoked";
    }
    const first = refresh ? await oauth.revoke(spec, refresh, "refresh_token") : true;
    const second = access ? await oauth.revoke(spec, access, "access_token") : true;
    return first && second ? "revoked" : "none";
  } catch {
    return "failed"; // whatever it was, it is tried again
  }
}

async function ownRevocation(
  { fetch }: GrantDeps,
  { clientId = "", clientSecret }: ConnectionSpec,
  ask: { readonly method: string; readonly url: string; readonly token: string },
): Promise<void> {
  const basic = Buffer.from(`${clientId}:${clientSecret?.reveal() ?? ""}`).toString("base64");
  const response = await fetch(ask.url.replace("{client_id}", encodeURIComponent(clientId)), {
    method: ask.method,
    headers: {
      authorization: `Basic ${basic}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({ access_token: ask.token, token: ask.token }),
    signal: AbortSignal.timeout(10_000),
  });
  await response.body?.cancel();
  if (response.status >= 500) throw new Error(`The service answered with ${response.status}`);
}
