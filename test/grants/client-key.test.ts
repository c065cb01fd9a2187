// Clients that prove themselves by a key (RFC 7523), against a strict authorization server.

import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { parseConfigFile } from "../../src/config/file/load-config-file.ts";
import { agentPrincipal } from "../../src/domain/connection.ts";
import { clientKey } from "../../src/grants/client-key.ts";
import { documentFor, keysAddress } from "../../src/grants/discovery/client-document.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { ann, type GrantsWorld, openGrantsWorld, redirectUri, tenant } from "./grants-world.ts";

const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const ed = generateKeyPairSync("ed25519").privateKey;
const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

describe("grants/client-key", () => {
  it.each([
    ["PEM", pem(ec), "ES256"],
    ["PEM of the kind before PKCS 8", ec.export({ type: "sec1", format: "pem" }).toString(), "ES256"],
    ["a JWK", JSON.stringify({ ...ec.export({ format: "jwk" }), kid: "mine" }), "ES256"],
    ["RSA", pem(rsa), "RS256"],
    ["Ed25519", pem(ed), "EdDSA"],
  ])("CK1 CK2: takes %s, and publishes its public half alone", async (_what, text, algorithm) => {
    const { published, id } = await clientKey({ key: new Secret(text) }, "erp");
    expect(published).toMatchObject({ alg: algorithm, use: "sig", kid: id });
    for (const part of ["d", "p", "q", "dp", "dq", "qi", "k"]) expect(published).not.toHaveProperty(part);
    expect(id).toBe(text.includes("mine") ? "mine" : id);
    expect(id).toMatch(/^(mine|[\w-]{43})$/);
  });

  it("CK2: refuses an algorithm that its key does not have, and says nothing of the key", async () => {
    const text = pem(ec);
    const refused = await clientKey({ key: new Secret(text), algorithm: "RS256" }, "erp").then(
      () => "",
      (error: Error) => error.message,
    );
    expect(refused).toBe("The client_key of the connection erp can't be used: it can't be used with RS256.");
  });

  it.each([
    ["RSA for PSS alone", generateKeyPairSync("rsa-pss", { modulusLength: 2_048 }).privateKey],
    ["X25519", generateKeyPairSync("x25519").privateKey],
  ])("CK2: says which kinds of keys there are for one of another kind (%s)", async (_kind, key) => {
    await expect(clientKey({ key: new Secret(pem(key)) }, "erp")).rejects.toThrow(
      /only keys of RSA, EC .* and Ed25519 are taken/,
    );
  });

  it("the configuration refuses what is no key, two ways at once, and prints none of it", () => {
    const problems = (connection: object): string =>
      parseConfigFile(`connections: ${JSON.stringify({ erp: connection })}\n`, "/etc/deputy.config.yml", {})
        .problems.map(({ message }) => message)
        .join();
    const issuer = "https://login.example";
    expect(problems({ issuer, client_id: "d", client_key: { key: pem(ec) } })).toBe("");
    expect(problems({ issuer, client_key: { key: "hush-hush" } })).toMatch(/no private key/);
    expect(problems({ issuer, client_key: { key: "hush-hush" } })).not.toContain("hush");
    expect(problems({ issuer, client_secret: "s", client_key: { key: pem(ec) } })).toMatch(
      /instead of client_secret/,
    );
    const locked = ec
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" })
      .toString();
    expect(problems({ issuer, client_key: { key: locked } })).toMatch(/without a passphrase/);
  });

  it("Deputy's own document says where the keys are, and is as before without one", () => {
    const base = "https://deputy.example";
    expect(documentFor(base, "slack-T1.erp", keysAddress(base, "erp"))).toMatchObject({
      token_endpoint_auth_method: "private_key_jwt",
      jwks_uri: "https://deputy.example/oauth/keys/erp",
    });
    expect(documentFor(base, "erp")).toMatchObject({ token_endpoint_auth_method: "none" });
    expect(documentFor(base, "erp")).not.toHaveProperty("jwks_uri");
  });

  describe("at a service that takes no secret", () => {
    let server: AuthorizationServer;
    let world: GrantsWorld | undefined;
    beforeAll(async () => {
      const keys = await Promise.all([ec, rsa].map((key) => clientKey({ key: new Secret(pem(key)) }, "erp")));
      const clientKeys = keys.map(({ published }) => published);
      server = await startAuthorizationServer({ redirectUris: [redirectUri], clientKeys });
    });
    afterAll(() => server.close());
    afterEach(() => world?.close());

    const open = async (client_key: object, more: object = {}): Promise<GrantsWorld> => {
      const erp = {
        issuer: server.issuer,
        client_id: server.clientId,
        client_key,
        scopes: { read: ["mail.read"] },
      };
      world = await openGrantsWorld({
        server,
        connection: { client_secret: undefined, client_key },
        more: { erp: { ...erp, identity: "agent", ...more } },
      });
      return world;
    };
    const owner = agentPrincipal(tenant, "deputy");

    it.each([
      ["EC", ec],
      ["RSA", rsa],
    ])("RFC 7523: the agent has tokens of its own by a key (%s)", async (_kind, key) => {
      const at = await open({ key: pem(key) });
      const { secret } = await at.grants.token(
        await at.ready({ owner, connection: "erp", capability: "read" }),
      );
      expect(secret.reveal()).not.toBe("");
    });

    it("RFC 7523: a person's account is connected and renewed by it", async () => {
      const at = await open({ key: pem(ec) });
      const row = await at.connect(ann, "ann");
      await at.store.write((tx) => tx.connections.expire(row.id, 1, Date.now()));
      const { version } = await at.grants.token(await at.ready({ capability: "read" }));
      expect(version).toBe(2);
    });

    it("another key than the registered one, and an assertion for somebody else, are refused", async () => {
      const wrong = await open({ key: pem(other) });
      const need = { owner, connection: "erp", capability: "read" };
      await expect(wrong.grants.token(await wrong.ready(need))).rejects.toThrow(/invalid_client/);
      await wrong.close();
      const elsewhere = await open({ key: pem(ec), audience: "https://other.example/token" });
      await expect(elsewhere.grants.token(await elsewhere.ready(need))).rejects.toThrow(/invalid_client/);
    });
  });
});
