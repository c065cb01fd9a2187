// Our doors for connections whose service an MCP server names.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ann, type ConnectWorld, openConnectWorld } from "./connect-world.ts";

describe("web/connect: services that MCP servers name", () => {
  let at: ConnectWorld;
  beforeAll(async () => {
    at = await openConnectWorld({
      more: { crm: {}, erp: {} },
      mcp: {
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
