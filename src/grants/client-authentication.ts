// How we prove to an authorization server which client we are: by a key, by a secret, or not at all.

import * as oidc from "openid-client";
import { clientKey, type ClientKeySpec } from "./client-key.ts";
import type { ConnectionSpec } from "./connection-spec.ts";

export async function clientAuthentication({
  name,
  provider,
  clientSecret,
  clientKey: key,
}: ConnectionSpec): Promise<oidc.ClientAuth> {
  if (key) return byKey(key, name);
  const secret = clientSecret?.reveal();
  if (secret === undefined) return oidc.None();
  return provider.clientAuth === "basic" ? basicAuthentication(secret) : oidc.ClientSecretPost(secret);
}

/** RFC 7523. A fresh assertion for each request, for a minute, with an id of its own. */
async function byKey(spec: ClientKeySpec, connection: string): Promise<oidc.ClientAuth> {
  const { signing, id, algorithm } = await clientKey(spec, connection);
  return oidc.PrivateKeyJwt(
    { key: signing, kid: id },
    {
      [oidc.modifyAssertion]: (header, payload) => {
        header["alg"] = algorithm; // the same by its older name, where the library says Ed25519
        if (spec.audience !== undefined) payload["aud"] = spec.audience;
      },
    },
  );
}

/** RFC 6749, 2.3.1. What needs no encoding has none: some servers compare without decoding. */
export function basicAuthentication(secret: string): oidc.ClientAuth {
  const encoded = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
  return (_server, { client_id: id }, _body, headers) => {
    const pair = `${encoded(id)}:${encoded(secret)}`;
    headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  };
}
