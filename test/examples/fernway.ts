// A person at Fernway's sign-in, with another client than Deputy: openid-client itself.

import * as oidc from "openid-client";
import { createVisit, type Visit } from "../../examples/sales-assistant/demo/visit.ts";
import { clientId } from "../../examples/sales-assistant/world/login.ts";
import type { SalesWorld } from "../../examples/sales-assistant/world/world.ts";

export const redirectUri = "http://127.0.0.1:9/oauth/callback/crm";

export interface Asking {
  readonly resource: string;
  readonly scope: string;
  readonly verifier?: string;
  readonly config: oidc.Configuration;
}

export function discovered({ login }: SalesWorld): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(login.issuer), clientId, undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  });
}

/** Up to the page that asks whether they agree. */
export async function signIn(visit: Visit, name: string, ask: Asking): Promise<void> {
  const url = oidc.buildAuthorizationUrl(ask.config, {
    redirect_uri: redirectUri,
    scope: `openid email offline_access ${ask.scope}`,
    resource: ask.resource,
    prompt: "consent",
    ...(ask.verifier === undefined
      ? {}
      : {
          code_challenge: await oidc.calculatePKCECodeChallenge(ask.verifier),
          code_challenge_method: "S256",
        }),
  });
  await visit.open(url.href);
  if (visit.offers(name)) await visit.press(name);
}

/** The whole way, to tokens. */
export async function tokensOf(
  world: SalesWorld,
  name: string,
  service: "crm" | "mail" = "crm",
): Promise<oidc.TokenEndpointResponse> {
  const config = await discovered(world);
  const verifier = oidc.randomPKCECodeVerifier();
  const resource = world[service].url;
  const scope = service === "crm" ? "crm.read crm.log" : "mail.draft mail.send mail.read";
  const visit = createVisit({ until: ({ href }) => href.startsWith(redirectUri) });
  await signIn(visit, name, { resource, scope, verifier, config });
  await visit.press("Allow");
  return oidc.authorizationCodeGrant(
    config,
    visit.page().url,
    { pkceCodeVerifier: verifier, idTokenExpected: true },
    { resource },
  );
}
