// What came of a consent, into its row (CON-11).

import type { Tx } from "../store/contract.ts";
import type { ConnectionRow, ConsentRow } from "../store/contract-grants.ts";
import type { Account } from "./account.ts";
import { showCard } from "./ask-consent.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import { connectedCard } from "./consent-card.ts";
import type { ConsentDeps, Ended } from "./consent-deps.ts";
import { GrantError } from "./errors.ts";
import { recordConsent } from "./events.ts";
import type { TokenAnswer } from "./oauth-client.ts";
import { revokeRow } from "./revoke.ts";
import { sealTokens } from "./sealed-tokens.ts";

const mostTries = 3;

export interface Keeping {
  readonly spec: ConnectionSpec;
  readonly session: ConsentRow;
  readonly answer: TokenAnswer;
  readonly account: Account;
  readonly ended: Ended;
}

/** False if the session ended while the service was asked: nothing is kept then. */
export async function keepConnection(tx: Tx, deps: ConsentDeps, keeping: Keeping): Promise<boolean> {
  const { spec, session, ended } = keeping;
  const now = deps.clock.now();
  const { initiator: owner, run: waiting } = session;
  const run = spec.grant === "run" ? waiting : undefined;
  const known = await knownAccount(tx, keeping, run);
  // More scopes, or new tokens in place of those that no longer work.
  const same = known && isOfService(known, keeping) ? known : undefined;
  const id = same?.id ?? deps.ids.next("conn");
  if (!(await tx.consents.end(session.id, "connected", { made: id, now }))) return false;
  if (known && !same) await revokeRow(tx, known, { why: "replaced", by: owner, now });
  const row = await written(tx, deps, keeping, { id, same, run });
  await tx.connections.makeDefault(row);
  await tx.scopeWants.asked(id, now);
  const note = await sharedWith(tx, row);
  await recordConsent(tx, "consent.connected", session, {
    time: now,
    actor: owner,
    data: { connection_id: id, account: row.account, scopes: [...row.scopes], shared: note !== undefined },
  });
  const { account, scopes } = row;
  const made = { id, account, scopes, ...(note === undefined ? {} : { note }) };
  await showCard(tx, deps, session, connectedCard(session, spec, made));
  await ended(session, "connected");
  return true;
}

/** The row of the same account, for this run or standing as this one is to be. */
async function knownAccount(
  tx: Tx,
  { spec, session, account }: Keeping,
  run: ConsentRow["run"],
): Promise<ConnectionRow | undefined> {
  const { tenant, initiator: owner } = session;
  const held = await tx.connections.held({
    tenant,
    owner,
    name: spec.name,
    ...(run === undefined ? {} : { run }),
  });
  return held.find((row) => row.subject === account.subject && row.run === run);
}

/** The configuration may have given the connection another service since: whoever has that name there is another account (OA3). */
function isOfService({ issuer, resource }: ConnectionRow, { spec, session }: Keeping): boolean {
  return (issuer === undefined || issuer === session.issuer) && resource === spec.resource;
}

async function rowOf(
  tx: Tx,
  deps: ConsentDeps,
  { spec, session, answer, account }: Keeping,
  { id, version, run }: { readonly id: string; readonly version: number; readonly run: ConsentRow["run"] },
): Promise<ConnectionRow> {
  const now = deps.clock.now();
  const { tenant, initiator: owner, issuer } = session;
  const tokens = await sealTokens(tx, deps.vault, { id, tenant, owner, version, now }, { answer });
  return {
    id,
    tenant,
    owner,
    name: spec.name,
    provider: spec.provider.name,
    ...(account.subject === undefined ? {} : { subject: account.subject }),
    account: account.label,
    ...(issuer === undefined ? {} : { issuer }),
    state: "active",
    isDefault: true,
    scopes: answer.scopes ?? (session.scopes.length > 0 ? session.scopes : (spec.offered ?? [])),
    ...(spec.resource === undefined ? {} : { resource: spec.resource }),
    ...(run === undefined ? {} : { run }),
    version,
    ...tokens,
    failures: 0,
    createdAt: now,
    updatedAt: now,
  };
}

interface Writing {
  readonly id: string;
  readonly same: ConnectionRow | undefined;
  readonly run: ConsentRow["run"];
}

/** What came now is the newest, also where the pair was renewed at this moment (VLT-5): it is written over that one. */
async function written(tx: Tx, deps: ConsentDeps, keeping: Keeping, to: Writing): Promise<ConnectionRow> {
  const { id, run } = to;
  let before = to.same;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const row = await rowOf(tx, deps, keeping, { id, version: (before?.version ?? 0) + 1, run });
    if (await (before ? replaced(tx, before, row) : tx.connections.add(row))) return row;
    before = await tx.connections.find(id);
  }
  throw new GrantError("grant.gone", `The ${keeping.spec.name} connection was ended while it was connected.`);
}

function replaced(tx: Tx, before: ConnectionRow, row: ConnectionRow): Promise<boolean> {
  const { keyVersion = 0, access = "", refresh, expiresAt, issuedAt = row.updatedAt, scopes } = row;
  return tx.connections.save(before.id, before.version, {
    keyVersion,
    access,
    ...(refresh === undefined ? {} : { refresh }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    issuedAt,
    scopes,
    now: row.updatedAt,
  });
}

/** VLT-12: a warning. */
async function sharedWith(tx: Tx, row: ConnectionRow): Promise<string | undefined> {
  if (row.subject === undefined) return undefined;
  const others = await tx.connections.sameAccount({ ...row, subject: row.subject });
  return others.length > 0 ? "Somebody else here has connected the same account." : undefined;
}
