// Connections of the product on SQLite at FULL: real vault, real OAuth client, and a service on loopback that rotates refresh tokens
// and takes the second use of one for theft.

import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { clock as machine, ids, product } from "./product.mjs";

const [
  { ConfigFile },
  { connectionSpecs },
  { createGrants },
  { createOAuthClient },
  { createResolver },
  { oauthClientSeal },
  { sealTokens },
  { createGuardedRequest },
  { createWhatwgFetch },
  { createSqliteStore },
  { createVault },
  { Secret },
  { silentLogger },
] = await Promise.all(
  [
    "config/config-file-schema.js",
    "grants/connection-spec.js",
    "grants/grants.js",
    "grants/oauth-client.js",
    "grants/discovery/resolve.js",
    "grants/discovery/sealed-clients.js",
    "grants/sealed-tokens.js",
    "net/guarded-request.js",
    "net/whatwg-fetch.js",
    "store/sqlite.js",
    "vault/vault.js",
    "base/secret.js",
    "base/logger.js",
  ].map(product),
);

export const tenant = "local";
const masterKey = new Secret(Buffer.alloc(32, 7).toString("base64"));
/** As long as tokens of large services are. */
const token = (name) => `${name}.${"t".repeat(1_500)}`;

export async function openVaultPlace(folder) {
  const service = await startService();
  const store = await createSqliteStore({ path: path.join(folder, "vault.db") });
  let aheadMs = 0;
  const clock = { now: () => machine.now() + aheadMs, after: (ms, fn) => machine.after(ms, fn) };
  const vault = createVault({ current: masterKey }, clock);
  const depsOf = () => grantDeps({ service, store, vault, clock });
  return {
    store,
    service,
    vault,
    /** Each as in a process of its own. */
    grants: () => createGrants(depsOf()),
    ahead: (ms) => void (aheadMs = ms),
    /** A connection of its own for each of so many people; the grants by which their runs use them. */
    connect: (count) => connectAll({ store, vault, clock, service }, count),
    async close() {
      await store.close();
      await service.close();
    },
  };
}

function grantDeps({ service, store, vault, clock }) {
  const { connections } = ConfigFile.parse({
    connections: {
      mail: {
        authorization_endpoint: `${service.url}/authorize`,
        token_endpoint: `${service.url}/token`,
        client_id: "deputy",
        client_secret: "a-secret",
        grant: "standing",
      },
    },
  });
  const request = createGuardedRequest({ allow: [new URL(service.url).host], clock: machine });
  const fetch = createWhatwgFetch(request, { redirect: "same-origin", maxBytes: 256_000 });
  const specs = connectionSpecs({ connections });
  return {
    store,
    vault,
    clock,
    ids,
    log: silentLogger,
    specs,
    resolver: createResolver({
      store,
      clock,
      log: silentLogger,
      fetch,
      specs,
      seal: oauthClientSeal({ current: masterKey }),
      redirectUri: ({ connection }) => `http://127.0.0.1:9/oauth/callback/${connection}`,
      clientDocument: () => undefined,
    }),
    oauth: createOAuthClient(fetch, () => clock.now()),
    fetch,
    refreshMarginMs: 300_000,
    failpoint: () => undefined,
    said: () => undefined,
  };
}

async function connectAll({ store, vault, clock, service }, count) {
  const grants = [];
  for (let at = 0; at < count; at += 1) {
    const id = ids.next("conn");
    const owner = `local:local:${id}`;
    const now = clock.now();
    await store.write(async (tx) => {
      const base = { id, tenant, owner };
      const access = new Secret(token(`access-${id}`));
      const refresh = new Secret(service.first(id));
      const sealed = await sealTokens(
        tx,
        vault,
        { ...base, version: 1, now },
        { answer: { access, refresh, expiresIn: 3_600 } },
      );
      await tx.connections.add({
        ...base,
        name: "mail",
        provider: "mail",
        subject: owner,
        account: owner,
        state: "active",
        isDefault: true,
        scopes: [],
        version: 1,
        ...sealed,
        failures: 0,
        createdAt: now,
        updatedAt: now,
      });
    });
    grants.push({ id, tenant, owner, connection: "mail", account: owner, scopes: [], run: `run_${at}` });
  }
  return grants;
}

async function startService() {
  const present = new Map();
  const service = { refreshes: 0, stolen: 0 };
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const used = new URLSearchParams(body).get("refresh_token") ?? "";
      const [family, turn] = used.split("#");
      response.setHeader("content-type", "application/json");
      service.refreshes += 1;
      if (present.get(family) !== used) {
        present.delete(family);
        service.stolen += 1;
        response.statusCode = 400;
        response.end(JSON.stringify({ error: "invalid_grant" }));
        return;
      }
      const next = `${family}#${Number(turn) + 1}`;
      present.set(family, next);
      response.end(
        JSON.stringify({
          access_token: token(next),
          refresh_token: next,
          token_type: "Bearer",
          expires_in: 3_600,
        }),
      );
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return Object.assign(service, {
    url: `http://127.0.0.1:${http.address().port}`,
    first(id) {
      present.set(id, `${id}#1`);
      return `${id}#1`;
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  });
}
