// What we say of ourselves as an OAuth client: at a registration, and in the document that a client id can be the address of
// (MCP-3; draft-ietf-oauth-client-id-metadata-document).

const path = "/oauth/client";

/** `context`: the last part of the redirect URI of the connection. */
export function documentPath(context: string): string {
  return `${path}/${encodeURIComponent(context)}`;
}

export function clientDocument({
  redirectUris,
  method,
}: {
  readonly redirectUris: readonly string[];
  readonly method: string;
}): Record<string, string | string[]> {
  const isHere = redirectUris.some((uri) => new URL(uri).protocol === "http:");
  return {
    client_name: "Deputy",
    redirect_uris: [...redirectUris],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: method,
    // http redirects are for native applications alone (OpenID Connect Registration, 2).
    application_type: isHere ? "native" : "web",
  };
}

/** The document at `documentPath(context)`: for exactly one redirect URI, so that no connection's codes go to another (A2). */
export function documentFor(base: string, context: string): Record<string, string | string[]> {
  return {
    client_id: `${base}${documentPath(context)}`,
    client_uri: base,
    ...clientDocument({ redirectUris: [`${base}/oauth/callback/${context}`], method: "none" }),
  };
}
