// A connection of the configuration together with what is known of its service.

import type { Secret } from "../base/secret.ts";
import type { ConfigFile } from "../config/config-file-schema.ts";
import type { ClientKeySpec } from "./client-key.ts";
import type { Provider, ProviderServer, ResourceServer } from "./provider.ts";
import { providers } from "./registry.ts";

export interface ConnectionSpec {
  readonly name: string;
  readonly identity: "user" | "agent";
  readonly provider: Provider;
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  /** Instead of a secret. */
  readonly clientKey?: ClientKeySpec;
  /** Capability → scopes. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  /** What its tokens are for (RFC 8707): sent with every request for one. */
  readonly resource?: string;
  /** What the service asks for by itself; known once it was asked. */
  readonly offered?: readonly string[];
  readonly allowedDomains: readonly string[];
  readonly grant: "run" | "standing";
  /** Instead of OAuth. */
  readonly apiKey?: Secret;
}

export type ConnectionSpecs = ReadonlyMap<string, ConnectionSpec>;

type ConnectionConfig = ConfigFile["connections"][string];

export function connectionSpecs({
  connections,
  mcp = {},
}: Pick<ConfigFile, "connections"> & Partial<Pick<ConfigFile, "mcp">>): ConnectionSpecs {
  return new Map(
    Object.entries(connections).map(([name, config]) => [name, specOf(name, config, serversOf(name, mcp))]),
  );
}

type Servers = readonly Omit<ResourceServer, "kind">[];

/** The MCP servers that the connection is for. */
function serversOf(connection: string, mcp: ConfigFile["mcp"]): Servers {
  return Object.entries(mcp).flatMap(
    ([name, { url, connection: uses, registration_allow: registrationAllow }]) =>
      url !== undefined && uses === connection ? [{ name, url, registrationAllow }] : [],
  );
}

function specOf(name: string, config: ConnectionConfig, servers: Servers): ConnectionSpec {
  const known = providerOf(name, config, servers);
  const provider = config.title === undefined ? known : { ...known, title: config.title };
  const resource = config.resource ?? resourceOf(provider, servers);
  return {
    name,
    identity: config.identity,
    provider,
    ...(config.client_id === undefined ? {} : { clientId: config.client_id }),
    ...(config.client_secret === undefined ? {} : { clientSecret: config.client_secret }),
    ...(config.client_key === undefined ? {} : { clientKey: config.client_key }),
    scopes: { ...provider.scopes, ...config.scopes },
    ...(resource === undefined ? {} : { resource }),
    allowedDomains: config.allowed_domains.map((domain) => domain.toLowerCase().replace(/^@/, "")),
    grant: config.grant,
    ...(config.api_key === undefined ? {} : { apiKey: config.api_key }),
  };
}

/** An MCP server's own address, where nothing else is said: its tokens are no other's (MCP-2). Built-in services take no such word. */
function resourceOf({ server, builtIn }: Provider, servers: Servers): string | undefined {
  const [only, ...others] = servers;
  if (!only || others.length > 0 || builtIn === true || server.kind === "resource") return undefined;
  return new URL(only.url).href;
}

/** Built in by name; else by what the configuration says of endpoints or issuer; else by what the MCP server says. */
function providerOf(name: string, config: ConnectionConfig, servers: Servers): Provider {
  const known = providers.find((provider) => provider.name === config.provider);
  const revocation: Provider["revocation"] = {
    kind: "standard",
    ...(config.revocation_endpoint === undefined ? {} : { endpoint: config.revocation_endpoint }),
  };
  const server = serverOf(config);
  if (known) return { ...known, ...(server === undefined ? {} : { server }), builtIn: true };
  const [only, ...others] = config.provider === undefined && config.api_key === undefined ? servers : [];
  return {
    name: config.provider ?? name,
    title: config.provider ?? name,
    server:
      server ??
      (only && others.length === 0
        ? { kind: "resource", ...only }
        : { kind: "fixed", issuer: name, authorizationEndpoint: "", tokenEndpoint: "" }),
    pkce: "required",
    scopeSeparator: " ",
    always: [],
    scopes: {},
    clientAuth: "post",
    account: { kind: "id-token" },
    revocation,
    clientCredentials: true,
    quirks: [],
  };
}

function serverOf(config: ConnectionConfig): ProviderServer | undefined {
  const { issuer, authorization_endpoint: authorizationEndpoint, token_endpoint: tokenEndpoint } = config;
  if (authorizationEndpoint !== undefined && tokenEndpoint !== undefined) {
    return {
      kind: "fixed",
      issuer: issuer ?? new URL(authorizationEndpoint).origin,
      authorizationEndpoint,
      tokenEndpoint,
    };
  }
  return issuer === undefined ? undefined : { kind: "discovered", issuer };
}

/** The scopes of a capability; undefined if the connection has no such capability. */
export function scopesFor(
  spec: ConnectionSpec,
  capability: string | undefined,
): readonly string[] | undefined {
  if (capability === undefined) return [];
  return Object.hasOwn(spec.scopes, capability) ? spec.scopes[capability] : undefined;
}

/** Those of `needed` that were not granted. */
export function missingScopes(
  { provider }: ConnectionSpec,
  granted: readonly string[],
  needed: readonly string[],
): string[] {
  const folded = provider.quirks.flatMap((quirk) =>
    quirk.quirk === "scopes-folded" ? granted.flatMap((scope) => quirk.folds[scope] ?? []) : [],
  );
  const have = new Set([...granted, ...folded].map((scope) => scope.toLowerCase()));
  // Some services answer with the last part of a scope that was asked for by its address.
  const isThere = (scope: string): boolean => {
    const asked = scope.toLowerCase();
    return (
      have.has(asked) || (asked.startsWith("https://") && have.has(asked.slice(asked.lastIndexOf("/") + 1)))
    );
  };
  return needed.filter((scope) => !isThere(scope));
}

/** Why the connection can't be used as it is configured; undefined if it can. */
export function problemOf(spec: ConnectionSpec): string | undefined {
  const { name, provider, apiKey, clientId, clientSecret, clientKey, identity } = spec;
  if (apiKey !== undefined) return undefined;
  const { server } = provider;
  if (server.kind === "fixed" && server.tokenEndpoint === "") {
    return `The connection ${name} says neither provider, issuer nor endpoints. Set one of them in deputy.config.yml.`;
  }
  if (clientId === undefined && (server.kind !== "resource" || identity === "agent"))
    return `The connection ${name} has no client_id. Set it in deputy.config.yml, as ${provider.title} gave it.`;
  if (identity === "agent" && !provider.clientCredentials)
    return `${provider.title} gives no tokens to an agent by itself. Set api_key for the connection ${name}, or identity: user.`;
  if (identity === "agent" && clientSecret === undefined && clientKey === undefined)
    return `The connection ${name} is the agent's own and has no client_secret or client_key. Set one in deputy.config.yml.`;
  return undefined;
}
