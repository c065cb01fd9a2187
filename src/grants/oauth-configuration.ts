// How the protocol library is set up for one service (OA1, OA2).

import * as oidc from "openid-client";
import { isLoopback } from "../net/loopback.ts";
import { clientAuthentication } from "./client-authentication.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import { GrantError } from "./errors.ts";
import { standardFetch } from "./quirks.ts";

type Fetch = typeof globalThis.fetch;

const timeoutSeconds = 10;

export async function configure(spec: ConnectionSpec, fetch: Fetch): Promise<oidc.Configuration> {
  const { provider, clientId } = spec;
  if (clientId === undefined)
    throw new GrantError("grant.misconfigured", `The connection ${spec.name} has no client_id.`);
  const authentication = await clientAuthentication(spec);
  const asked = standardFetch(provider, fetch);
  const customFetch: oidc.CustomFetch = (url, options) => asked(url, fetchOptions(options));
  const config = await configurationFor(spec, { clientId, authentication, customFetch });
  config[oidc.customFetch] = customFetch;
  config.timeout = timeoutSeconds;
  return config;
}

export function fetchOptions({ body, signal, ...rest }: oidc.CustomFetchOptions): RequestInit {
  return {
    ...rest,
    ...(signal === undefined ? {} : { signal }),
    ...(typeof body === "string" || body instanceof URLSearchParams ? { body } : {}),
  };
}

interface Client {
  readonly clientId: string;
  readonly authentication: oidc.ClientAuth;
  readonly customFetch: oidc.CustomFetch;
}

function configurationFor(
  spec: ConnectionSpec,
  client: Client,
): oidc.Configuration | Promise<oidc.Configuration> {
  const { server } = spec.provider;
  switch (server.kind) {
    case "discovered":
      return discovered(new URL(server.issuer), client);
    case "fixed":
      return fixed(spec, server, client);
    case "described":
      return described(server.metadata, client);
    case "resource":
      throw new GrantError(
        "grant.misconfigured",
        `The service of the connection ${spec.name} was not asked.`,
      );
    default:
      return server satisfies never;
  }
}

function described(metadata: oidc.ServerMetadata, { clientId, authentication }: Client): oidc.Configuration {
  const config = new oidc.Configuration(metadata, clientId, undefined, authentication);
  if (isLoopback(new URL(metadata.issuer).hostname)) oidc.allowInsecureRequests(config);
  if (metadata.jwks_uri !== undefined) oidc.enableNonRepudiationChecks(config);
  return config;
}

async function discovered(
  issuer: URL,
  { clientId, authentication, customFetch }: Client,
): Promise<oidc.Configuration> {
  const discover = (algorithm: "oidc" | "oauth2"): Promise<oidc.Configuration> =>
    oidc.discovery(issuer, clientId, undefined, authentication, {
      [oidc.customFetch]: customFetch,
      algorithm,
      timeout: timeoutSeconds,
      execute: isLoopback(issuer.hostname) ? [oidc.allowInsecureRequests] : [],
    });
  const config = await discover("oidc").catch((error: unknown) => {
    // Not OpenID: an authorization server of RFC 8414 has its metadata elsewhere.
    if (error instanceof oidc.ClientError) return discover("oauth2");
    throw error;
  });
  if (config.serverMetadata().jwks_uri !== undefined) oidc.enableNonRepudiationChecks(config);
  return config;
}

function fixed(
  { provider }: ConnectionSpec,
  server: { readonly issuer: string; readonly authorizationEndpoint: string; readonly tokenEndpoint: string },
  { clientId, authentication }: Client,
): oidc.Configuration {
  const { revocation } = provider;
  const config = new oidc.Configuration(
    {
      issuer: server.issuer,
      authorization_endpoint: server.authorizationEndpoint,
      token_endpoint: server.tokenEndpoint,
      ...(revocation.kind === "standard" && revocation.endpoint !== undefined
        ? { revocation_endpoint: revocation.endpoint }
        : {}),
    },
    clientId,
    undefined,
    authentication,
  );
  if (isLoopback(new URL(server.tokenEndpoint).hostname)) oidc.allowInsecureRequests(config);
  return config;
}
