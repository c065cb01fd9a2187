// Our doors for connections whose service an MCP server names.

import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ann, type ConnectWorld, openConnectWorld } from "./connect-world.ts";

const clientKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

describe("web/connect: services that MCP servers name", () => {
  let at: ConnectWorld;
  beforeAll(async () => {
    at = await openConnectWorld({
      more: { crm: {}, erp: {}, keyed: { client_key: { key: clientKey, id: "k1" } } },
      mcp: {
        keyed: { url: "https://keyed.example/mcp", connection: "keyed" },
        crm: { url: "https://crm.example/mcp", connection: "crm" },
        erp: { url: "http://127.0.0.1:9/mcp", connection: "erp" },
      },
    });
  });
  afterAll(() => at.close());

  it("MCP-3, A2: describes itself for each such connection, with its redirect address alone, and for no other", async () => {
    const answer = await fetch(`${at.base}/oauth/client/crm`);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(await answer.json()).toEqual({
      client_id: `${at.base}/oauth/client/crm`,
      client_name: "Deputy",
      client_uri: at.base,
      redirect_uris: [`${at.base}/oauth/callback/crm`],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    });
    const prefixed = await fetch(`${at.base}/oauth/client/slack-T0001.erp`);
    expect(await prefixed.json()).toMatchObject({
      redirect_uris: [`${at.base}/oauth/callback/slack-T0001.erp`],
    });
    for (const other of ["mail", "none", "x%2F..%2Fcrm"])
      expect((await fetch(`${at.base}/oauth/client/${other}`)).status).toBe(404);
  });

  it("CK1: publishes the public half of a connection's key, names it in its document, and has no other", async () => {
    const at1 = `${at.base}/oauth/keys/keyed`;
    const { keys } = z.object({ keys: z.array(z.looseObject({})) }).parse(await (await fetch(at1)).json());
    expect(keys).toEqual([
      {
        kty: "EC",
        crv: "P-256",
        x: expect.any(String),
        y: expect.any(String),
        kid: "k1",
        alg: "ES256",
        use: "sig",
      },
    ]);
    expect(await (await fetch(`${at.base}/oauth/client/local.keyed`)).json()).toMatchObject({
      token_endpoint_auth_method: "private_key_jwt",
      jwks_uri: at1,
    });
    for (const other of ["crm", "mail", "none"])
      expect((await fetch(`${at.base}/oauth/keys/${other}`)).status).toBe(404);
  });

  it("CON-6: says in a sentence that a server can't be asked, and leaves the link as it is", async () => {
    const browser = at.browser("ann");
    const page = await at.enter(browser, await at.ask({ initiator: ann, connection: "erp" }));
    expect(page.response?.status).toBe(200);
    const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const next = await browser.open(page.url.href, { form: { form, answer: "yes" } });
    expect(next.response?.status).toBe(502);
    expect(next.text).toContain("Nothing was connected");
    expect((await at.session()).state).toBe("open");
  });
});
