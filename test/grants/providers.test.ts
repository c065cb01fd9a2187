// Every built-in service, walked through what is known of it.

import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { ConfigFile } from "../../src/config/config-file-schema.ts";
import { connectionSpecs, missingScopes, problemOf, scopesFor } from "../../src/grants/connection-spec.ts";
import { createOAuthClient } from "../../src/grants/oauth-client.ts";
import { OAuthRefusal } from "../../src/grants/oauth-failures.ts";
import { providers } from "../../src/grants/registry.ts";

type Answer = { readonly status?: number; readonly body: object };

/** A service that answers at its token endpoint, and has metadata where it is discovered. */
function serviceOf(issuer: string | undefined, answer: Answer) {
  const asked: { url: string; body: string; type: string | null }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    const json = (body: object, status = 200) =>
      new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
    if (issuer !== undefined && url.includes("/.well-known/")) {
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        code_challenge_methods_supported: ["S256"],
      });
    }
    const type = new Headers(init?.headers).get("content-type");
    asked.push({ url, type, body: String(init?.body as unknown) });
    return json(answer.body, answer.status);
  };
  return { fetch, asked };
}

const specOf = (provider: string, more: object = {}) => {
  const { connections } = ConfigFile.parse({
    connections: { it: { provider, client_id: "id", client_secret: "a-secret", ...more } },
  });
  const spec = connectionSpecs({ connections }).get("it");
  if (!spec) throw new Error("No spec");
  return spec;
};

describe("grants/providers", () => {
  it("has a file for each name, and a line for each file", async () => {
    const files = await readdir(new URL("../../src/grants/providers/", import.meta.url));
    expect(files.map((file) => file.replace(/\.ts$/, "")).toSorted()).toEqual(
      providers.map(({ name }) => name).toSorted(),
    );
  });

  it.each(providers.map((provider) => [provider.name, provider] as const))(
    "PV1, PV2: %s has https endpoints, scopes for its capabilities, and a reason for each quirk",
    async (name, provider) => {
      const { server, quirks, account } = provider;
      const addresses = server.kind === "discovered" ? [server.issuer] : [];
      if (server.kind === "fixed") addresses.push(server.authorizationEndpoint, server.tokenEndpoint);
      expect(addresses).not.toEqual([]);
      if (account.kind === "request") addresses.push(account.url);
      for (const address of addresses) expect(new URL(address).protocol).toBe("https:");
      expect(Object.keys(provider.scopes).length).toBeGreaterThan(0);
      for (const { why } of quirks) expect(why.length).toBeGreaterThan(20);

      const spec = specOf(name);
      expect(problemOf(spec)).toBeUndefined();
      const [capability = ""] = Object.keys(provider.scopes);
      const scopes = scopesFor(spec, capability) ?? [];
      const service = serviceOf(server.kind === "discovered" ? server.issuer : undefined, { body: {} });
      const url = await createOAuthClient(service.fetch, () => 0).authorizationUrl(spec, {
        scopes,
        redirectUri: "https://deputy.example/oauth/callback/it",
        state: "s".repeat(43),
        verifier: "v".repeat(43),
        nonce: "n",
      });
      const asked = url.searchParams;
      expect(asked.get("redirect_uri")).toBe("https://deputy.example/oauth/callback/it");
      expect(asked.get("state")).toBe("s".repeat(43));
      expect(asked.get("code_challenge_method")).toBe(provider.pkce === "off" ? null : "S256");
      const given = (asked.get("scope") ?? "").split(provider.scopeSeparator).filter((scope) => scope !== "");
      expect(given).toEqual(expect.arrayContaining([...scopes, ...provider.always]));
    },
  );

  it("VLT-6: reads a failure that comes with status 200, and what a service calls a dead token", async () => {
    const service = serviceOf(undefined, { body: { error: "bad_refresh_token", error_description: "x" } });
    const client = createOAuthClient(service.fetch, () => 0);
    const failure = await client
      .refresh(specOf("github"), new Secret("old"))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OAuthRefusal);
    expect(failure).toMatchObject({ error: "invalid_grant", code: "grant.needs_reauth" });
  });

  it("asks Notion in JSON, and takes Slack's kind of token for what it is", async () => {
    const notion = serviceOf(undefined, { body: { access_token: "a", token_type: "bearer" } });
    await createOAuthClient(notion.fetch, () => 0).refresh(specOf("notion"), new Secret("old"));
    expect(notion.asked[0]).toMatchObject({
      type: "application/json",
      body: expect.stringContaining('"refresh_token":"old"'),
    });
    const slack = serviceOf(undefined, {
      body: { ok: true, access_token: "xoxp", token_type: "user", scope: "a,b" },
    });
    const answer = await createOAuthClient(slack.fetch, () => 0).refresh(specOf("slack"), new Secret("old"));
    expect(answer.scopes).toEqual(["a", "b"]);
    expect(answer.access.reveal()).toBe("xoxp");
  });

  it("knows what a wide scope of GitHub includes, and short names of Microsoft's", () => {
    expect(missingScopes(specOf("github"), ["repo"], ["repo:status"])).toEqual([]);
    expect(missingScopes(specOf("github"), ["repo:status"], ["repo"])).toEqual(["repo"]);
    expect(
      missingScopes(specOf("microsoft"), ["Mail.Read"], ["https://graph.microsoft.com/Mail.Read"]),
    ).toEqual([]);
  });

  it("calls a service what the configuration calls it", () => {
    const { connections } = ConfigFile.parse({
      connections: {
        crm: { title: "Our CRM", issuer: "https://login.crm.example" },
        code: { provider: "github" },
      },
    });
    const specs = connectionSpecs({ connections });
    expect(specs.get("crm")?.provider).toMatchObject({ name: "crm", title: "Our CRM" });
    expect(specs.get("code")?.provider.title).toBe("GitHub");
  });

  it("takes any service by its endpoints, and says what is missing in a configuration", () => {
    const { connections } = ConfigFile.parse({
      connections: {
        own: {
          authorization_endpoint: "https://a.example/auth",
          token_endpoint: "https://a.example/token",
          client_id: "x",
        },
        empty: { client_id: "x" },
        nobody: { provider: "google" },
      },
    });
    const specs = connectionSpecs({ connections });
    const problems = [...specs.values()].map((spec) => problemOf(spec));
    expect(problems[0]).toBeUndefined();
    expect(problems[1]).toContain("provider, issuer nor endpoints");
    expect(problems[2]).toContain("client_id");
  });
});
