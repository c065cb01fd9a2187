// Our registration with an authorization server that takes everybody's (RFC 7591), where an operator allows it (MCP-3).
//
//   RC1  One for a tenant and issuer, kept with its secret sealed; who registers has taken the row first, so that processes that
//        want it at once make one, and at most one is tried a minute.
//   RC2  Registered without scopes: what is asked for later may be more than the first challenge named.
//   RC3  The metadata that was checked is the metadata that is used: nothing is read again.

import * as oidc from "openid-client";
import { pause } from "../../base/abort.ts";
import { AppError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import { Secret } from "../../base/secret.ts";
import type { TenantId } from "../../domain/ids.ts";
import { isLoopback } from "../../net/loopback.ts";
import type { OAuthClientRow } from "../../store/contract-authorities.ts";
import type { DescribedServer } from "./authorization-server.ts";
import { clientDocument } from "./client-document.ts";
import type { DiscoveryDeps } from "./deps.ts";
import { clientPlace } from "./sealed-clients.ts";

export interface RegisteredClient {
  readonly clientId: string;
  readonly secret?: Secret;
  /** As the server said, of RFC 7591. */
  readonly method?: string;
}

export interface Registration {
  readonly tenant: TenantId;
  readonly described: DescribedServer;
  /** All that the client is to be sent to: those of every connection that may come to this issuer. */
  readonly redirectUris: readonly string[];
  /** The one that is needed now. */
  readonly needed: string;
}

const betweenTriesMs = 60_000;
const neighbourMs = 12_000;
const lookAgainMs = 500;

export async function registeredClient(deps: DiscoveryDeps, wanted: Registration): Promise<RegisteredClient> {
  const { store, clock } = deps;
  const { tenant, described } = wanted;
  const { issuer } = described.metadata;
  const until = clock.now() + neighbourMs;
  for (;;) {
    const now = clock.now();
    const row = await store.read((tx) => tx.oauthClients.find(tenant, issuer));
    const held = row && heldBy(deps, row, wanted, now);
    if (held) return held;
    const begun = await store.write((tx) =>
      tx.oauthClients.begin({ tenant, issuer }, now, now - betweenTriesMs),
    );
    if (begun) return register(deps, wanted);
    if (now >= until) throw tooSoon(issuer);
    await pause(clock, lookAgainMs);
  }
}

function heldBy(
  { seal }: DiscoveryDeps,
  row: OAuthClientRow,
  { needed }: Registration,
  now: number,
): RegisteredClient | undefined {
  const { clientId, secret, method, redirectUris, expiresAt } = row;
  if (clientId === undefined || !redirectUris.includes(needed)) return undefined;
  if (expiresAt !== undefined && expiresAt <= now) return undefined;
  return {
    clientId,
    ...(secret === undefined ? {} : { secret: seal.open(secret, clientPlace(row)) }),
    ...(method === undefined ? {} : { method }),
  };
}

async function register(deps: DiscoveryDeps, wanted: Registration): Promise<RegisteredClient> {
  const { store, clock, seal } = deps;
  const { tenant, described, redirectUris } = wanted;
  const { issuer } = described.metadata;
  const made = await ask(deps, wanted);
  const { client_id: clientId, client_secret: text } = made;
  const said = made["token_endpoint_auth_method"];
  const method = typeof said === "string" ? said : undefined;
  const secret = text === undefined ? undefined : new Secret(text);
  const now = clock.now();
  const expires = made["client_secret_expires_at"];
  await store.write(async (tx) => {
    await tx.oauthClients.keep(
      { tenant, issuer },
      {
        clientId,
        ...(secret === undefined ? {} : { secret: seal.close(secret, clientPlace({ tenant, issuer })) }),
        ...(method === undefined ? {} : { method }),
        redirectUris,
        registeredAt: now,
        ...(typeof expires === "number" && expires > 0 ? { expiresAt: expires * 1_000 } : {}),
      },
    );
    await tx.audit.append({
      tenant,
      type: "config.changed",
      time: now,
      actor: "system",
      data: { what: "oauth_client", issuer, client_id: clientId, redirect_uris: [...redirectUris] },
    });
  });
  return {
    clientId,
    ...(secret === undefined ? {} : { secret }),
    ...(method === undefined ? {} : { method }),
  };
}

async function ask(
  { fetch }: DiscoveryDeps,
  { described, redirectUris }: Registration,
): Promise<oidc.ClientMetadata> {
  const { metadata, at } = described;
  const registration = await oidc.dynamicClientRegistration(
    new URL(at),
    clientDocument({ redirectUris, method: methodFor(metadata) }),
    undefined,
    {
      [oidc.customFetch]: async (url, { body, signal, ...rest }) => {
        if (url === at) return Response.json(metadata); // RC3
        const response = await fetch(url, {
          ...rest,
          ...(signal === undefined ? {} : { signal }),
          ...(typeof body === "string" ? { body } : {}),
        });
        return response.ok ? withExpiry(response) : response;
      },
      execute: isLoopback(new URL(metadata.issuer).hostname) ? [oidc.allowInsecureRequests] : [],
      timeout: 10,
    },
  );
  return registration.clientMetadata();
}

/** RFC 7591 wants it beside a secret. Some servers leave it out where there is no end. */
async function withExpiry(response: Response): Promise<Response> {
  const text = await response.text();
  const value = parseJson(text)?.value;
  const { status, headers } = response;
  const isWhole = typeof value !== "object" || value === null || !("client_secret" in value);
  if (isWhole) return new Response(text, { status, headers });
  return Response.json({ client_secret_expires_at: 0, ...value }, { status });
}

/** With a secret where the server can take one. */
export function methodFor({
  token_endpoint_auth_methods_supported: offered,
}: oidc.ServerMetadata): "client_secret_basic" | "client_secret_post" | "none" {
  if (offered === undefined) return "client_secret_basic"; // the default of RFC 8414
  const known = ["client_secret_basic", "client_secret_post", "none"] as const;
  return known.find((method) => offered.includes(method)) ?? "client_secret_basic";
}

function tooSoon(issuer: string): AppError {
  return new AppError(
    "discovery.unavailable",
    `Registering with ${new URL(issuer).host} came to nothing a moment ago`,
    { retry: { kind: "after", ms: betweenTriesMs } },
  );
}
