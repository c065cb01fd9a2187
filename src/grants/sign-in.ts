// Whose browser is it (CON-4)? Sign in with Slack, or with Entra ID; in the local chat its own page says.
//
//   SI1  Who somebody is comes from a verified ID token alone: its organisation and user, never a name or an address.
//   SI2  A sign-in ends in the browser that began it, once. The cookie changes with it.

import { Secret } from "../base/secret.ts";
import { type PersonKey, personKey } from "../domain/ids.ts";
import type { BrowserRow } from "../store/contract-grants.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import type { ConsentDeps } from "./consent-deps.ts";
import { digestOf, randomToken } from "./digests.ts";

export interface IdentityProvider {
  /** Of the people whom it can tell: the first part of their key. */
  readonly platform: string;
  readonly title: string;
  readonly spec: ConnectionSpec;
  personOf(claims: Readonly<Record<string, unknown>>): PersonKey | undefined;
}

interface Client {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: Secret | undefined;
}

export function slackIdentity(client: Client): IdentityProvider {
  return {
    platform: "slack",
    title: "Slack",
    spec: identitySpec("slack", ["openid"], client),
    personOf: (claims) =>
      keyOf("slack", claims["https://slack.com/team_id"], claims["https://slack.com/user_id"]),
  };
}

export function entraIdentity(client: Client): IdentityProvider {
  return {
    platform: "teams",
    title: "Microsoft",
    spec: identitySpec("teams", ["openid", "profile"], client),
    personOf: (claims) => keyOf("teams", claims["tid"], claims["oid"]),
  };
}

function keyOf(platform: string, organisation: unknown, user: unknown): PersonKey | undefined {
  if (typeof organisation !== "string" || typeof user !== "string") return undefined;
  return organisation === "" || user === "" ? undefined : personKey(platform, organisation, user);
}

function identitySpec(
  platform: string,
  scopes: readonly string[],
  { issuer, clientId, clientSecret }: Client,
): ConnectionSpec {
  return {
    name: `sign-in:${platform}`,
    identity: "user",
    provider: {
      name: `sign-in:${platform}`,
      title: platform,
      server: { kind: "discovered", issuer },
      // Slack does not say that it knows PKCE.
      pkce: "if-advertised",
      scopeSeparator: " ",
      always: scopes,
      scopes: {},
      clientAuth: "post",
      account: { kind: "id-token" },
      revocation: { kind: "none" },
      clientCredentials: false,
      quirks: [],
    },
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    scopes: {},
    allowedDomains: [],
    grant: "run",
  };
}

/** How long a browser is believed to be its person's. */
const knownMs = 15 * 60_000;

/** Sends the browser with `cookie` to prove whose it is, and back to `link` then. */
export async function beginSignIn(
  deps: ConsentDeps,
  provider: IdentityProvider,
  { cookie, link }: { readonly cookie: string; readonly link: string },
): Promise<URL> {
  const { oauth, store, clock, seal } = deps;
  const [state, verifier, nonce] = [randomToken(), randomToken(), randomToken()];
  const url = await oauth.authorizationUrl(provider.spec, {
    scopes: [],
    redirectUri: returnTo(deps, provider),
    state,
    verifier,
    nonce,
  });
  const id = digestOf(cookie);
  const now = clock.now();
  const row: BrowserRow = {
    id,
    signInState: digestOf(state),
    signIn: seal.close(new Secret(JSON.stringify([verifier, nonce, link])), `browsers/${id}`),
    expiresAt: now + deps.ttlMs,
    createdAt: now,
  };
  await store.write((tx) => tx.browsers.save(row));
  return url;
}

function returnTo({ base }: ConsentDeps, { platform }: IdentityProvider): string {
  return `${base()}/connect/signed-in/${platform}`;
}

export interface SignedIn {
  /** The browser's new cookie. */
  readonly cookie: string;
  readonly person: PersonKey;
  /** What the link that it came from holds. */
  readonly link: string;
}

/** Undefined for whatever is not the end of a sign-in that this browser began. */
export async function endSignIn(
  deps: ConsentDeps,
  provider: IdentityProvider,
  { cookie, query }: { readonly cookie: string; readonly query: URLSearchParams },
): Promise<SignedIn | undefined> {
  const { oauth, store, clock, seal, log } = deps;
  const states = query.getAll("state");
  const [state = ""] = states;
  if (states.length !== 1) return undefined;
  const row = await store.write((tx) => tx.browsers.takeSignIn(digestOf(state), clock.now()));
  if (!row || row.id !== digestOf(cookie) || row.signIn === undefined) return undefined;
  const { verifier, nonce, link } = opened(seal.open(row.signIn, `browsers/${row.id}`));
  const at = new URL(returnTo(deps, provider));
  at.search = query.toString();
  try {
    const { claims = {} } = await oauth.redeem(provider.spec, { at, state, verifier, nonce, scopes: [] });
    const person = provider.personOf(claims);
    return person && { ...(await recognise(deps, person)), link };
  } catch (error) {
    log.warn("A sign-in came to nothing", { platform: provider.platform, error });
    return undefined;
  }
}

function opened(kept: Secret): { readonly verifier: string; readonly nonce: string; readonly link: string } {
  const value: unknown = JSON.parse(kept.reveal());
  const [verifier = "", nonce = "", link = ""] = Array.isArray(value) ? value.map(String) : [];
  return { verifier, nonce, link };
}

/** A browser of `person` from now on, under a cookie of its own. */
export async function recognise(deps: ConsentDeps, person: PersonKey): Promise<Omit<SignedIn, "link">> {
  const cookie = randomToken();
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    await tx.browsers.prune(now);
    await tx.browsers.save({ id: digestOf(cookie), person, expiresAt: now + knownMs, createdAt: now });
  });
  return { cookie, person };
}

export async function browserOf(deps: ConsentDeps, cookie: string): Promise<PersonKey | undefined> {
  if (cookie === "") return undefined;
  return (await deps.store.read((tx) => tx.browsers.find(digestOf(cookie), deps.clock.now())))?.person;
}

/** Nobody's browser any more. */
export async function forgetBrowser(deps: ConsentDeps, cookie: string): Promise<void> {
  const now = deps.clock.now();
  await deps.store.write((tx) => tx.browsers.save({ id: digestOf(cookie), expiresAt: now, createdAt: now }));
}
