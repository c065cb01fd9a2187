// What an authorization server says of itself (RFC 8414, OpenID Connect Discovery), in all places where it may (MCP-2).
//
//   AM1  Its `issuer` is the one that was asked for: another one is refused, and no other place is tried (A2).
//   AM2  It takes PKCE with S256, and says so; the MCP specification refuses the others.
//   AM3  Each of its endpoints is https, or on this machine.

import type { ServerMetadata } from "openid-client";
import { z } from "zod";
import { askJson, wellKnown } from "./ask-json.ts";
import { DiscoveryRefusal } from "./refusal.ts";
import { isSafeAddress } from "./safe-address.ts";

type Fetch = typeof globalThis.fetch;

const texts = z.array(z.string()).max(1_000).optional();
const address = z.string().max(2_000).optional();

/** What of it is used. The rest is left out: nothing that was not looked at takes effect. */
const Metadata = z.object({
  issuer: z.string().max(2_000),
  authorization_endpoint: address,
  token_endpoint: z.string().max(2_000),
  registration_endpoint: address,
  revocation_endpoint: address,
  userinfo_endpoint: address,
  jwks_uri: address,
  scopes_supported: texts,
  code_challenge_methods_supported: texts,
  token_endpoint_auth_methods_supported: texts,
  id_token_signing_alg_values_supported: texts,
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
});

const endpoints = [
  "authorization_endpoint",
  "token_endpoint",
  "registration_endpoint",
  "revocation_endpoint",
  "userinfo_endpoint",
  "jwks_uri",
] as const;

export interface DescribedServer {
  readonly metadata: ServerMetadata;
  /** Where that was read. */
  readonly at: string;
}

export async function describedServer(fetch: Fetch, issuer: string): Promise<DescribedServer> {
  if (!isSafeAddress(issuer))
    throw new DiscoveryRefusal("The server names an authorization server whose address is not https");
  const { host } = new URL(issuer);
  for (const at of placesOf(new URL(issuer))) {
    const document = await askJson(fetch, at);
    if (document.kind === "absent") continue;
    const parsed = Metadata.safeParse(document.kind === "document" ? document.value : undefined);
    if (!parsed.success)
      throw new DiscoveryRefusal(`What the authorization server ${host} says of itself can't be read`);
    const metadata = withoutAbsent(parsed.data);
    const problem = problemOf(metadata, issuer);
    if (problem !== undefined) throw new DiscoveryRefusal(`The authorization server ${host} ${problem}`);
    return { metadata, at };
  }
  throw new DiscoveryRefusal(`The authorization server ${host} does not describe itself (RFC 8414)`);
}

function placesOf(issuer: URL): string[] {
  const { pathname } = issuer;
  const places = [
    wellKnown(issuer, "oauth-authorization-server", pathname),
    wellKnown(issuer, "openid-configuration", pathname),
  ];
  if (pathname === "/") return places;
  return [...places, `${issuer.origin}${pathname.replace(/\/$/, "")}/.well-known/openid-configuration`];
}

function problemOf(metadata: ServerMetadata, issuer: string): string | undefined {
  // One slash at the end of a bare origin is no difference; it is none in what is compared with `iss` later either.
  const isSame = URL.canParse(metadata.issuer) && new URL(metadata.issuer).href === new URL(issuer).href;
  if (!isSame) return "calls itself by another name than the one that was asked for";
  if (metadata.code_challenge_methods_supported?.includes("S256") !== true)
    return "does not say that it takes PKCE with S256";
  for (const name of endpoints) {
    const at = metadata[name];
    if (at !== undefined && !isSafeAddress(at)) return `has a ${name} that is not https`;
  }
  return undefined;
}

function withoutAbsent(parsed: z.output<typeof Metadata>): ServerMetadata {
  const { issuer, ...rest } = parsed;
  const present = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { issuer, ...present };
}
