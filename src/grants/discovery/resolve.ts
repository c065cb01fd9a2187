// From a connection that says nothing of its service to one that says all, by asking the MCP server that it is for (MCP-2, MCP-3).
//
//   RS1  What is discovered is kept an hour, and asked again when the service refuses a token. A failure is not kept.
//   RS2  A client is chosen in this order: the configured one; the document that our client id leads to; a registration of our
//        own, with issuers that the server's `registration_allow` lists and no others (MCP-3, A20).
//   RS3  Credentials and tokens are of one issuer and one resource: the answer names both (VLT-7).

import type { ServerMetadata } from "openid-client";
import type { TenantId } from "../../domain/ids.ts";
import type { ConnectionSpec } from "../connection-spec.ts";
import { GrantError } from "../errors.ts";
import { failureOf } from "../oauth-failures.ts";
import type { ResourceServer } from "../provider.ts";
import { type DescribedServer, describedServer } from "./authorization-server.ts";
import type { DiscoveryDeps, Resolver } from "./deps.ts";
import { knownAuthority, quarantined, rememberAuthority } from "./known-authority.ts";
import { describedResource } from "./protected-resource.ts";
import { DiscoveryRefusal } from "./refusal.ts";
import { byKey } from "./client-document.ts";
import { methodFor, type RegisteredClient, registeredClient } from "./register-client.ts";

const keptMs = 60 * 60_000;

export function createResolver(deps: DiscoveryDeps): Resolver {
  const known = new Map<string, { readonly until: number; readonly spec: Promise<ConnectionSpec> }>();
  const keyOf = (tenant: TenantId, connection: string): string => JSON.stringify([tenant, connection]);
  return {
    async resolve(spec, tenant) {
      const { server } = spec.provider;
      if (server.kind !== "resource") return spec;
      const key = keyOf(tenant, spec.name);
      const held = known.get(key);
      if (held && held.until > deps.clock.now()) return held.spec;
      const resolved = discovered(deps, spec, { server, tenant }).catch((error: unknown) => {
        if (known.get(key)?.spec === resolved) known.delete(key);
        throw refusalOf(error, spec);
      });
      known.set(key, { until: deps.clock.now() + keptMs, spec: resolved });
      return resolved;
    },
    forget({ tenant, connection }) {
      known.delete(keyOf(tenant, connection));
    },
  };
}

interface Place {
  readonly server: ResourceServer;
  readonly tenant: TenantId;
}

async function discovered(deps: DiscoveryDeps, spec: ConnectionSpec, place: Place): Promise<ConnectionSpec> {
  const { store, fetch } = deps;
  const { server, tenant } = place;
  const at = { tenant, connection: spec.name };
  const row = await store.read((tx) => knownAuthority(tx, at, server.url));
  if (row?.other !== undefined) throw quarantined(spec.name);
  const { resource, issuers, scopes } = await describedResource(fetch, new URL(server.url));
  const chosen = chosenIssuer(issuers, row?.issuer, server.registrationAllow);
  // A server that names another one is stopped before anything is asked of that one (MCP-4).
  if (row && chosen !== row.issuer)
    await rememberAuthority(deps, { ...at, server: server.url, resource, issuer: chosen, scopes });
  const described = await describedServer(fetch, chosen);
  await rememberAuthority(deps, { ...at, server: server.url, resource, issuer: chosen, scopes });
  const client = await clientFor(deps, spec, { ...place, described });
  return resolvedSpec(spec, { described, client, resource, scopes });
}

/** The one that is known, else one that we may register with, else the first. */
function chosenIssuer(
  issuers: readonly string[],
  known: string | undefined,
  allowed: readonly string[],
): string {
  const [first = ""] = issuers;
  if (known !== undefined && issuers.includes(known)) return known;
  return issuers.find((issuer) => isListed(issuer, allowed)) ?? first;
}

function isListed(issuer: string, allowed: readonly string[]): boolean {
  return URL.canParse(issuer) && allowed.some((one) => new URL(one).href === new URL(issuer).href);
}

/** RS2. */
async function clientFor(
  deps: DiscoveryDeps,
  { name, clientId, clientSecret, clientKey, provider }: ConnectionSpec,
  { server, tenant, described }: Place & { readonly described: DescribedServer },
): Promise<RegisteredClient> {
  const { metadata } = described;
  if (clientId !== undefined) {
    return {
      clientId,
      ...(clientSecret === undefined ? {} : { secret: clientSecret, method: methodFor(metadata) }),
    };
  }
  const at = { tenant, connection: name };
  const document = deps.clientDocument(at);
  if (metadata["client_id_metadata_document_supported"] === true && document !== undefined)
    return { clientId: document, method: clientKey ? byKey : "none" };
  const { host } = new URL(metadata.issuer);
  if (clientKey) {
    throw new DiscoveryRefusal(
      `${provider.title} needs a client that is registered with ${host} for the client_key of the connection ${name}: set its client_id`,
    );
  }
  if (metadata.registration_endpoint === undefined) {
    throw new DiscoveryRefusal(
      `${provider.title} needs a client that is registered with ${host}: set client_id for the connection ${name}`,
    );
  }
  if (!isListed(metadata.issuer, server.registrationAllow)) {
    throw new DiscoveryRefusal(
      `${host} is not in registration_allow of the MCP server ${server.name}: set client_id for the connection ${name}, or list it there`,
    );
  }
  return registeredClient(deps, {
    tenant,
    described,
    needed: deps.redirectUri(at),
    redirectUris: redirectUrisFor(deps, tenant, metadata),
  });
}

/** Of every connection that may come to this issuer: one registration serves them all (RC1). */
function redirectUrisFor(
  { specs, redirectUri }: DiscoveryDeps,
  tenant: TenantId,
  { issuer }: ServerMetadata,
): string[] {
  return [...specs.values()].flatMap(({ name, provider: { server } }) =>
    server.kind === "resource" && isListed(issuer, server.registrationAllow)
      ? [redirectUri({ tenant, connection: name })]
      : [],
  );
}

function resolvedSpec(
  { clientSecret: _configured, ...spec }: ConnectionSpec,
  {
    described: { metadata },
    client: { clientId, secret, method },
    resource,
    scopes,
  }: {
    readonly described: DescribedServer;
    readonly client: RegisteredClient;
    readonly resource: string;
    readonly scopes: readonly string[];
  },
): ConnectionSpec {
  return {
    ...spec,
    provider: {
      ...spec.provider,
      server: { kind: "described", metadata },
      clientAuth: method === "client_secret_post" ? "post" : "basic",
    },
    clientId,
    ...(secret === undefined || method === "none" ? {} : { clientSecret: secret }),
    resource,
    offered: scopes,
  };
}

function refusalOf(error: unknown, spec: ConnectionSpec): GrantError {
  if (!(error instanceof DiscoveryRefusal)) return failureOf(error, spec);
  return new GrantError("grant.misconfigured", `${error.message}. Nothing was sent to it.`, {
    facts: { connection: spec.name },
    cause: error,
  });
}
