// Sign-in with Entra ID, against one that also says what it should not (CON-4, SI1, SI2).

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { ConsentDeps } from "../../src/grants/consent-deps.ts";
import { beginSignIn, browserOf, endSignIn, entraIdentity, type SignedIn } from "../../src/grants/sign-in.ts";
import { sealOf } from "../../src/vault/master-keys.ts";
import { deriveKey } from "../../src/vault/seal.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { type FakeTeams, startFakeTeams, teamsIds } from "../fakes/teams/fake-teams.ts";
import { createCookieBrowser } from "../support/cookie-browser.ts";
import { type GrantsWorld, masterKey, openGrantsWorld, redirectUri } from "./grants-world.ts";

const base = "http://127.0.0.1:9";
const returnTo = `${base}/connect/signed-in/teams`;

describe("grants/sign-in with Entra ID", () => {
  let teams: FakeTeams;
  let service: AuthorizationServer;
  let world: GrantsWorld;
  let deps: ConsentDeps;
  let provider: ReturnType<typeof entraIdentity>;

  beforeAll(async () => {
    teams = await startFakeTeams();
    teams.entra.redirectUris.add(returnTo);
    service = await startAuthorizationServer({ redirectUris: [redirectUri] });
    world = await openGrantsWorld({ server: service, allow: [Number(new URL(teams.url).port)] });
    deps = {
      ...world.deps,
      revocations: world.revocations,
      decide: (fn) => world.store.write((tx) => fn(tx, async () => undefined)),
      seal: sealOf({ current: masterKey }, "consents"),
      linkKey: deriveKey(masterKey, "links"),
      base: () => base,
      ttlMs: 600_000,
      contextOf: ({ connection }) => connection,
    };
    provider = entraIdentity({
      issuer: `${teams.env["TEAMS_LOGIN_URL"]}/${teamsIds.tenant}/v2.0`,
      clientId: teamsIds.app,
      clientSecret: new Secret(teams.env["TEAMS_APP_PASSWORD"] ?? ""),
    });
  });
  afterAll(async () => {
    await world.close();
    await service.close();
    await teams.close();
  });
  beforeEach(() => {
    teams.entra.forge = undefined;
  });

  /** The browser with `cookie` goes to Entra as `oid`; what it brings back. */
  async function fromEntra(oid: string, cookie = "the-cookie"): Promise<URLSearchParams> {
    const url = await beginSignIn(deps, provider, { cookie, link: "the-link" });
    const browser = createCookieBrowser();
    browser.setCookie(url.origin, "account", oid);
    const { url: back } = await browser.open(url.href, { until: ({ href }) => href.startsWith(returnTo) });
    return back.searchParams;
  }
  async function signIn(oid: string): Promise<SignedIn | undefined> {
    return endSignIn(deps, provider, { cookie: "the-cookie", query: await fromEntra(oid) });
  }

  it("SI1: says who somebody is, by tenant and object, and gives the browser another cookie", async () => {
    const done = await signIn(teamsIds.ana);

    expect(done).toMatchObject({ person: `teams:${teamsIds.tenant}:${teamsIds.ana}`, link: "the-link" });
    expect(await browserOf(deps, "the-cookie")).toBeUndefined();
    expect(await browserOf(deps, done?.cookie ?? "")).toBe(done?.person);
  });

  it.each([
    ["signed by a key that is published nowhere", { foreignKey: true }],
    ["for another app", { claims: { aud: "99999999-2222-3333-4444-555555555555" } }],
    ["of another tenant's issuer", { claims: { iss: "https://login.example/other/v2.0" } }],
    ["of another sign-in", { claims: { nonce: "another" } }],
    ["that is over", { claims: { exp: 1 } }],
    ["without a tenant", { claims: { tid: undefined } }],
    [
      "without an object, whatever its names and addresses say (ID-1)",
      {
        claims: {
          oid: undefined,
          preferred_username: "ana",
          email: "ana@x.example",
          upn: "ana",
          name: "Ana",
        },
      },
    ],
  ])("SI1: believes no ID token %s", async (_, forgery) => {
    teams.entra.forge = forgery;

    expect(await signIn(teamsIds.ana)).toBeUndefined();
  });

  it("SI2: ends in the browser that began it, once", async () => {
    const query = await fromEntra(teamsIds.ana);
    expect(await endSignIn(deps, provider, { cookie: "another-cookie", query })).toBeUndefined();
    expect(await endSignIn(deps, provider, { cookie: "the-cookie", query })).toBeUndefined();

    const second = await fromEntra(teamsIds.ana);
    expect(await endSignIn(deps, provider, { cookie: "the-cookie", query: second })).toBeDefined();
    expect(await endSignIn(deps, provider, { cookie: "the-cookie", query: second })).toBeUndefined();
  });

  it.each([
    [600_000, undefined],
    [590_000, teamsIds.ana],
  ])("CON-4, SI2: %i ms after it began it is over, or is not yet", async (ms, oid) => {
    const query = await fromEntra(teamsIds.ana);
    const clock = { ...deps.clock, now: () => deps.clock.now() + ms };
    const done = await endSignIn({ ...deps, clock }, provider, { cookie: "the-cookie", query });
    expect(done?.person).toBe(oid && `teams:${teamsIds.tenant}:${oid}`);
  });
});
