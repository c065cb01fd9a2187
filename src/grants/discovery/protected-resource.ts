// What an MCP server says of who authorizes for it (RFC 9728): by the challenge of its 401, then at the well-known places.
//
//   PR1  What it calls itself has to be what was asked: its own address, or one that holds it on the same origin. A document for
//        another resource is refused (A20).

import { z } from "zod";
import { askJson, type Document, wellKnown } from "./ask-json.ts";
import { type BearerChallenge, bearerChallenge } from "./challenge.ts";
import { DiscoveryRefusal } from "./refusal.ts";
import { isSafeAddress } from "./safe-address.ts";

type Fetch = typeof globalThis.fetch;

export interface ProtectedResource {
  /** What its tokens are for (RFC 8707). */
  readonly resource: string;
  /** As it lists them. */
  readonly issuers: readonly string[];
  /** What it asks for where nobody says which. */
  readonly scopes: readonly string[];
}

const Description = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.string()).min(1).max(20),
  scopes_supported: z.array(z.string().min(1).max(200)).max(200).optional(),
});

export async function describedResource(fetch: Fetch, server: URL): Promise<ProtectedResource> {
  const challenge = await challengeOf(fetch, server);
  const asked = challenge?.scopes ?? [];
  for (const place of placesOf(server, challenge)) {
    if (!isSafeAddress(place))
      throw new DiscoveryRefusal(`${server.host} describes itself at an address that is not https`);
    const document = await askJson(fetch, place);
    if (document.kind === "absent" && challenge?.metadata === undefined) continue;
    const { scopes, ...described } = readDescription(document, server);
    return { ...described, scopes: asked.length > 0 ? asked : scopes };
  }
  // Before 2025-06-18 servers were their own authorization servers and did not describe themselves.
  return { resource: plain(server), issuers: [server.origin], scopes: asked };
}

function readDescription(document: Document, server: URL): ProtectedResource {
  const parsed = Description.safeParse(document.kind === "document" ? document.value : undefined);
  if (!parsed.success) throw new DiscoveryRefusal(`What ${server.host} says of itself can't be read`);
  const { resource, authorization_servers: issuers, scopes_supported: scopes = [] } = parsed.data;
  if (!isResourceOf(resource, server))
    throw new DiscoveryRefusal(`${server.host} describes itself as another resource (RFC 9728)`);
  return { resource, issuers, scopes };
}

/** PR1. */
export function isResourceOf(resource: string, server: URL): boolean {
  if (!URL.canParse(resource)) return false;
  const named = new URL(resource);
  if (named.origin !== server.origin || named.hash !== "" || named.username !== "") return false;
  if (named.search !== "") return named.href === server.href;
  const path = named.pathname.endsWith("/") ? named.pathname : `${named.pathname}/`;
  return `${server.pathname}/`.startsWith(path);
}

function plain(server: URL): string {
  const url = new URL(server);
  url.hash = "";
  return url.pathname === "/" && url.search === "" ? url.origin : url.href;
}

function placesOf(server: URL, challenge: BearerChallenge | undefined): readonly string[] {
  if (challenge?.metadata !== undefined) return [challenge.metadata];
  const name = "oauth-protected-resource";
  return [...new Set([wellKnown(server, name, server.pathname), wellKnown(server, name, "/")])];
}

/** A question without a token, that begins no session. */
async function challengeOf(fetch: Fetch, server: URL): Promise<BearerChallenge | undefined> {
  const response = await fetch(server, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
  await response.body?.cancel();
  return response.status === 401 ? bearerChallenge(response.headers.get("www-authenticate")) : undefined;
}
