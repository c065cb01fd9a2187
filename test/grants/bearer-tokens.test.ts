import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { type BearerSpec, createBearerTokens } from "../../src/grants/bearer-tokens.ts";
import { createGuardedRequest } from "../../src/net/guarded-request.ts";
import { createWhatwgFetch } from "../../src/net/whatwg-fetch.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { startTokenIssuer, type TokenIssuer } from "../fakes/token-issuer.ts";

const audience = "https://deputy.example/mcp";

describe("grants/bearer-tokens", () => {
  let issuer: TokenIssuer;
  const clock = createManualClock(Date.now());

  beforeAll(async () => {
    issuer = await startTokenIssuer();
  });
  afterAll(() => issuer.close());
  beforeEach(() => {
    issuer.broken = undefined;
    issuer.speaksAs = undefined;
  });

  function tokens(spec: Partial<BearerSpec> = {}, allow = [`127.0.0.1:${issuer.port}`]) {
    const request = createGuardedRequest({ allow, clock: systemClock });
    const fetch = createWhatwgFetch(request, { redirect: "same-origin", maxBytes: 10_000 });
    const person = "local:local:{sub}";
    const own = { issuer: issuer.issuer, audience, person, tokenAgeMs: 24 * 3_600_000 };
    return createBearerTokens({ ...own, ...spec }, { fetch, clock, log: silentLogger });
  }

  function claims(more: Record<string, unknown> = {}): Record<string, unknown> {
    const now = Math.floor(clock.now() / 1_000);
    const own = { iss: issuer.issuer, aud: audience, sub: "ana", client_id: "editor", scope: "a b" };
    return { ...own, iat: now, exp: now + 300, jti: "1", ...more };
  }

  it("says whose a token is, which program has it, and for what", async () => {
    const verdict = await tokens().check(await issuer.sign(claims()));

    expect(verdict).toEqual({
      kind: "valid",
      bearer: { person: "local:local:ana", client: "editor", scopes: new Set(["a", "b"]) },
    });
  });

  it.each([
    ["of nobody's key", () => issuer.signForeign(claims()), "signature"],
    ["without a signature", async () => issuer.unsigned(claims()), "signature"],
    ["signed with the public key as a secret", () => issuer.confused(claims()), "signature"],
    ["that carries its own key", () => issuer.selfKeyed(claims()), "signature"],
    ["for another audience", () => issuer.sign(claims({ aud: "https://other.example" })), "claims"],
    ["for no audience", () => issuer.sign(claims({ aud: undefined })), "claims"],
    ["of another issuer", () => issuer.sign(claims({ iss: "https://other.example" })), "claims"],
    ["that is over", () => issuer.sign(claims({ exp: Math.floor(clock.now() / 1_000) - 30 })), "expired"],
    ["that never ends", () => issuer.sign(claims({ exp: undefined })), "claims"],
    [
      "that holds only later",
      () => issuer.sign(claims({ nbf: Math.floor(clock.now() / 1_000) + 60 })),
      "claims",
    ],
    ["of nobody", () => issuer.sign(claims({ sub: undefined })), "claims"],
    ["that is no access token", () => issuer.sign(claims(), { typ: "JWT" }), "claims"],
    ["of a person in two parts", () => issuer.sign(claims({ sub: "x:ana" })), "person"],
    ["that is none", async () => "abc.def.ghi", "malformed"],
    ["that is cut", async () => (await issuer.sign(claims())).slice(0, -10), "signature"],
    ["too long to be one", async () => "a".repeat(20_000), "malformed"],
  ])("BT1, BT2: takes no token %s", async (_, make, why) => {
    expect(await tokens().check(await make())).toEqual({ kind: "refused", why });
  });

  it("BT1: one whose body was changed is not signed any more", async () => {
    const [head, , signature] = (await issuer.sign(claims())).split(".");
    const body = Buffer.from(JSON.stringify(claims({ sub: "bo" }))).toString("base64url");

    expect(await tokens().check(`${head}.${body}.${signature}`)).toEqual({
      kind: "refused",
      why: "signature",
    });
  });

  it.each([
    ["entra", { tid: "t-1", oid: "o-1", sub: "pairwise", scp: "r w", azp: "app" }, "JWT", "teams:t-1:o-1"],
    [
      "slack",
      { "https://slack.com/team_id": "T0001", "https://slack.com/user_id": "U1" },
      "at+jwt",
      "slack:T0001:U1",
    ],
    ["slack:T0001:{slack_user}", { slack_user: "U2", email: "u2@corp.example" }, "at+jwt", "slack:T0001:U2"],
  ])("ID-1: %s names a person", async (person, more, typ, key) => {
    const verdict = await tokens({ person }).check(await issuer.sign(claims(more), { typ }));

    expect(verdict).toMatchObject({ kind: "valid", bearer: { person: key } });
  });

  it("ID-1: a token without the claims is nobody's, whatever its e-mail", async () => {
    const token = await issuer.sign(claims({ tid: "t-1", email: "ana@corp.example" }));

    expect(await tokens({ person: "entra" }).check(token)).toEqual({ kind: "refused", why: "person" });
  });

  it("BT3: keys are kept, and fetched again when one is not known, once in half a minute", async () => {
    const check = tokens();
    const before = issuer.keysAsked;
    for (let turn = 0; turn < 5; turn += 1) await check.check(await issuer.sign(claims()));
    expect(issuer.keysAsked).toBe(before + 1);

    const forged = await issuer.sign(claims(), { header: { kid: "no-such-key" } });
    for (let turn = 0; turn < 5; turn += 1)
      expect(await check.check(forged)).toEqual({ kind: "refused", why: "signature" });
    expect(issuer.keysAsked).toBe(before + 1);
  });

  it("A19: metadata inside the network is not asked for where the guard does not let it", async () => {
    expect(await tokens({}, []).check(await issuer.sign(claims()))).toEqual({ kind: "unavailable" });
  });

  it("nobody can say while the issuer is broken, and a moment later somebody can", async () => {
    const check = tokens();
    issuer.broken = 500;
    expect(await check.check(await issuer.sign(claims()))).toEqual({ kind: "unavailable" });
    issuer.broken = undefined;
    clock.jump(6_000);
    expect(await check.check(await issuer.sign(claims()))).toMatchObject({ kind: "valid" });
  });

  describe("BT4: a token that its issuer took back", () => {
    const asking = (more: object = {}) =>
      tokens({
        introspection: {
          clientId: issuer.introspector.id,
          clientSecret: new Secret(issuer.introspector.secret),
          ...more,
        },
      });
    beforeEach(() => {
      issuer.introspected = 0;
      issuer.introspectionBroken = undefined;
    });

    it("is refused within seconds, and its issuer is asked once in that time, and no more after the no", async () => {
      const token = await issuer.sign(claims());
      const check = asking();
      for (let turn = 0; turn < 5; turn += 1)
        expect(await check.check(token)).toMatchObject({ kind: "valid" });
      expect(issuer.introspected).toBe(1);
      issuer.revoked.add(token);
      clock.jump(16_000);
      for (let turn = 0; turn < 5; turn += 1)
        expect(await check.check(token)).toEqual({ kind: "refused", why: "revoked" });
      expect(issuer.introspected).toBe(2);
      expect(await check.check(await issuer.sign(claims({ jti: "2" })))).toMatchObject({ kind: "valid" });
    });

    it("is nobody's question before its signature is good", async () => {
      expect(await asking().check(await issuer.signForeign(claims()))).toMatchObject({ kind: "refused" });
      expect(issuer.introspected).toBe(0);
    });

    it("TI2: where the issuer does not answer nobody can say, and a moment later somebody can", async () => {
      const check = asking();
      const token = await issuer.sign(claims());
      issuer.introspectionBroken = 500;
      expect(await check.check(token)).toEqual({ kind: "unavailable" });
      issuer.introspectionBroken = undefined;
      clock.jump(3_000);
      expect(await check.check(token)).toMatchObject({ kind: "valid" });
    });

    it("TI2: who may not ask gets no yes, and none goes where it would not be encrypted", async () => {
      const token = await issuer.sign(claims());
      expect(await asking({ clientSecret: new Secret("wrong") }).check(token)).toEqual({
        kind: "unavailable",
      });
      const elsewhere = asking({ endpoint: "http://login.example/introspect" });
      expect(await elsewhere.check(token)).toEqual({ kind: "unavailable" });
    });

    it("without introspection counts no longer than tokens may, whatever end it names", async () => {
      const check = tokens({ tokenAgeMs: 60_000 });
      const token = await issuer.sign(claims({ exp: Math.floor(clock.now() / 1_000) + 1_000_000 }));
      expect(await check.check(token)).toMatchObject({ kind: "valid" });
      clock.jump(70_000);
      expect(await check.check(token)).toEqual({ kind: "refused", why: "expired" });
      const ageless = await issuer.sign(claims({ iat: undefined }));
      expect(await check.check(ageless)).toEqual({ kind: "refused", why: "claims" });
    });
  });

  it("an issuer that speaks for another one is none", async () => {
    issuer.speaksAs = "https://login.example";

    expect(await tokens().check(await issuer.sign(claims()))).toEqual({ kind: "unavailable" });
  });
});
