// What we say of ourselves as an OAuth client: at a registration, and in the document that a client id can be the address of
// (MCP-3; draft-ietf-oauth-client-id-metadata-document).

const path = "/oauth/client";
const keysPath = "/oauth/keys";

/** How a client that has a key proves itself at the token endpoint. */
export const byKey = "private_key_jwt";

/** `context`: the last part of the redirect URI of the connection. */
export function documentPath(context: string): string {
  return `${path}/${encodeURIComponent(context)}`;
}

export function clientDocument({
  redirectUris,
  method,
  keys,
}: {
  readonly redirectUris: readonly string[];
  readonly method: string;
  /** Where our public keys are, for a client that proves itself by one. */
  readonly keys?: string | undefined;
}): Record<string, string | string[]> {
  const isHere = redirectUris.some((uri) => new URL(uri).protocol === "http:");
  return {
    client_name: "Deputy",
    redirect_uris: [...redirectUris],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: method,
    ...(keys === undefined ? {} : { jwks_uri: keys }),
    // http redirects are for native applications alone (OpenID Connect Registration, 2).
    application_type: isHere ? "native" : "web",
  };
}

/** Where the public half of a connection's `client_key` is. */
export function keysAddress(base: string, connection: string): string {
  return `${base}${keysPath}/${encodeURIComponent(connection)}`;
}

/** The document at `documentPath(context)`: for exactly one redirect URI, so that no connection's codes go to another (A2). */
export function documentFor(
  base: string,
  context: string,
  /** Of a connection that has a `client_key`. */
  keys?: string,
): Record<string, string | string[]> {
  const method = keys === undefined ? "none" : byKey;
  return {
    client_id: `${base}${documentPath(context)}`,
    client_uri: base,
    ...clientDocument({ redirectUris: [`${base}/oauth/callback/${context}`], method, keys }),
  };
}
