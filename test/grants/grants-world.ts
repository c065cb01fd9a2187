// Grants with everything real: SQLite on disk, the vault, openid-client, an authorization server on loopback.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as macrotask } from "node:timers/promises";
import type { Clock } from "../../src/base/clock.ts";
import { systemClock } from "../../src/base/clock.ts";
import { type Failpoints, noFailpoints } from "../../src/base/failpoints.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { ConfigFile } from "../../src/config/config-file-schema.ts";
import { asPersonKey, asRunId, asTenantId, type PersonKey, type RunId } from "../../src/domain/ids.ts";
import { connectionSpecs } from "../../src/grants/connection-spec.ts";
import type { GrantNeed, Grants, ReadyGrant } from "../../src/grants/contract.ts";
import type { GrantDeps } from "../../src/grants/deps.ts";
import { createResolver } from "../../src/grants/discovery/resolve.ts";
import { oauthClientSeal } from "../../src/grants/discovery/sealed-clients.ts";
import { createGrants } from "../../src/grants/grants.ts";
import { createOAuthClient } from "../../src/grants/oauth-client.ts";
import { createRevocations, type Revocations } from "../../src/grants/revoke.ts";
import { sealTokens } from "../../src/grants/sealed-tokens.ts";
import { createGuardedRequest } from "../../src/net/guarded-request.ts";
import { createWhatwgFetch } from "../../src/net/whatwg-fetch.ts";
import type { Store } from "../../src/store/contract.ts";
import type { ConnectionRow } from "../../src/store/contract-grants.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createVault } from "../../src/vault/vault.ts";
import type { AuthorizationServer } from "../fakes/authorization-server.ts";
import type { ManualClock } from "../fakes/manual-clock.ts";
import { createCookieBrowser } from "../support/cookie-browser.ts";

export const masterKey = new Secret(Buffer.alloc(32, 9).toString("base64"));
export const tenant = asTenantId("local");
export const ann = asPersonKey("local:local:ann");
export const bob = asPersonKey("local:local:bob");
export const run = asRunId("run_1");

export interface GrantsWorld {
  readonly folder: string;
  readonly deps: GrantDeps;
  readonly store: Store;
  readonly grants: Grants;
  readonly revocations: Revocations;
  need(more?: Partial<GrantNeed>): GrantNeed;
  ready(more?: Partial<GrantNeed>): Promise<ReadyGrant>;
  /** Connects `account` for `owner` by the whole code flow, without our own pages. */
  connect(owner: PersonKey, account: string, more?: Partial<ConnectionRow>): Promise<ConnectionRow>;
  events(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface WorldSpec {
  readonly server: Pick<AuthorizationServer, "issuer" | "port" | "clientId" | "clientSecret">;
  readonly clock?: Clock;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly folder?: string;
  readonly store?: Store;
  readonly failpoint?: Failpoints;
  /** Other ports of loopback that may be asked. */
  readonly allow?: readonly number[];
  readonly mcp?: Readonly<Record<string, unknown>>;
  /** Where our client metadata document is. */
  readonly clientDocument?: string;
}

export const redirectUri = "http://127.0.0.1:9/oauth/callback/mail";

export function grantDeps(
  {
    server,
    clock = systemClock,
    connection = {},
    more = {},
    allow = [],
    mcp = {},
    clientDocument,
    failpoint = noFailpoints,
  }: Omit<WorldSpec, "folder" | "store">,
  store: Store,
): GrantDeps {
  const file = ConfigFile.parse({
    connections: {
      mail: {
        issuer: server.issuer,
        client_id: server.clientId,
        client_secret: server.clientSecret,
        scopes: { read: ["mail.read"], send: ["mail.send"] },
        grant: "standing",
        ...connection,
      },
      ...more,
    },
    mcp,
  });
  const request = createGuardedRequest({
    allow: [server.port, ...allow].map((port) => `127.0.0.1:${port}`),
    clock: systemClock,
  });
  const fetch = createWhatwgFetch(request, { redirect: "same-origin", maxBytes: 256_000 });
  const specs = connectionSpecs(file);
  return {
    store,
    vault: createVault({ current: masterKey }, clock),
    clock,
    ids: createIds(() => Date.now()),
    log: silentLogger,
    failpoint,
    specs,
    oauth: createOAuthClient(fetch, () => clock.now()),
    resolver: createResolver({
      store,
      clock,
      log: silentLogger,
      fetch,
      specs,
      seal: oauthClientSeal({ current: masterKey }),
      redirectUri: ({ connection }) => `http://127.0.0.1:9/oauth/callback/${connection}`,
      clientDocument: () => clientDocument,
    }),
    fetch,
    refreshMarginMs: 300_000,
    said: () => undefined,
  };
}

export async function openGrantsWorld(spec: WorldSpec): Promise<GrantsWorld> {
  const folder = spec.folder ?? (await mkdtemp(path.join(tmpdir(), "deputy-grants-")));
  const store = spec.store ?? (await createSqliteStore({ path: path.join(folder, "deputy.db") }));
  const deps = grantDeps(spec, store);
  await store.write(async (tx) => {
    for (const key of [ann, bob]) await tx.people.see({ key, name: key, kind: "member" }, tenant, Date.now());
  });
  const grants = createGrants(deps);
  const need = (more: Partial<GrantNeed> = {}): GrantNeed => ({
    tenant,
    owner: ann,
    connection: "mail",
    run,
    mode: "assistant",
    ...more,
  });
  return {
    folder,
    deps,
    store,
    grants,
    revocations: createRevocations(deps),
    need,
    async ready(more) {
      const answer = await store.read((tx) => grants.find(tx, need(more)));
      if (answer.kind !== "ready") throw new Error(`Not ready: ${JSON.stringify(answer)}`);
      return answer.grant;
    },
    connect: (owner, account, more) => connect(deps, { owner, account, more: more ?? {} }),
    async events() {
      const rows = await store.read((tx) => tx.audit.list(tenant, 0, 1_000));
      return rows.map((row) => JSON.stringify(row));
    },
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A little time passes at each turn until what was asked for is there. */
export async function ticking<T>(clock: ManualClock, asked: Promise<T>): Promise<T> {
  let isDone = false;
  const done = asked.finally(() => (isDone = true));
  while (!isDone) {
    await clock.advance(50);
    await macrotask();
  }
  return done;
}

interface Connecting {
  readonly owner: PersonKey;
  readonly account: string;
  readonly more: Partial<ConnectionRow>;
}

async function connect(deps: GrantDeps, { owner, account, more }: Connecting): Promise<ConnectionRow> {
  const configured = deps.specs.get(more.name ?? "mail");
  if (!configured) throw new Error("No such connection");
  const spec = await deps.resolver.resolve(configured, tenant);
  const scopes = more.scopes ?? ["mail.read"];
  const redirectUri = `http://127.0.0.1:9/oauth/callback/${spec.name}`;
  const proof = { state: `state-${account}`, verifier: "v".repeat(43), nonce: `nonce-${account}` };
  const url = await deps.oauth.authorizationUrl(spec, { scopes, redirectUri, ...proof });
  const browser = createCookieBrowser();
  browser.setCookie(url.origin, "account", account);
  const { url: at } = await browser.open(url.href, { until: ({ href }) => href.startsWith(redirectUri) });
  const answer = await deps.oauth.redeem(spec, { at, scopes, ...proof });
  const { issuer } = await deps.oauth.facts(spec);
  const now = deps.clock.now();
  const id = deps.ids.next("conn");
  return deps.store.write(async (tx) => {
    const base = { id, tenant, owner };
    const tokens = await sealTokens(tx, deps.vault, { ...base, version: 1, now }, { answer });
    const row: ConnectionRow = {
      ...base,
      name: "mail",
      provider: spec.provider.name,
      subject: account,
      account: `${account}@corp.example`,
      state: "active",
      isDefault: true,
      issuer,
      ...(spec.resource === undefined ? {} : { resource: spec.resource }),
      scopes: answer.scopes ?? scopes,
      version: 1,
      ...tokens,
      failures: 0,
      createdAt: now,
      updatedAt: now,
      ...more,
    };
    if (!(await tx.connections.add(row))) throw new Error("Connected already");
    return row;
  });
}

export function otherRun(n: number): RunId {
  return asRunId(`run_${n}`);
}
