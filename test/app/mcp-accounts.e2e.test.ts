// The whole product and an MCP server that it knows nothing of but the address: who authorizes is found, a client is registered, the
// account is asked for in private, and more rights are when an act needs them.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asTenantId } from "../../src/domain/ids.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { type McpResourceServer, startMcpResourceServer } from "../fakes/mcp-resource-server.ts";
import { createCookieBrowser, type Page } from "../support/cookie-browser.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "./people.ts";
import { type Product, says, startProduct, uses } from "./product.ts";

let as: AuthorizationServer;
let crm: McpResourceServer;
let product: Product;
let folder: string;
let base: string;

beforeAll(async () => {
  base = `http://127.0.0.1:${await freePort()}`;
  crm = await startMcpResourceServer();
  as = await startAuthorizationServer({
    redirectUris: [`${base}/oauth/callback/none`],
    resources: { [crm.url]: "crm.read crm.notes" },
    registers: true,
  });
  crm.issuers = [as.issuer];
  crm.challenge = { scope: "crm.read" };
  crm.needs = { get_account: ["crm.read", "crm.notes"] };
  crm.tokenOf = (token) => as.tokenOf(token);
  folder = await mkdtemp(path.join(tmpdir(), "deputy-mcp-accounts-"));
  await writeFile(
    path.join(folder, "deputy.config.yml"),
    `connections:
  crm: { title: CRM }
mcp:
  crm:
    url: ${crm.url}
    connection: crm
    registration_allow: ["${as.issuer}"]
    tools: { get_account: { effect: read } }
policy:
  - name: crm
    layer: org
    match: { tool: "crm__*" }
    decision: allow
`,
  );
  product = await startProduct({
    folder,
    env: { PORT: new URL(base).port, DEPUTY_EGRESS_ALLOW: `127.0.0.1:${as.port},127.0.0.1:${crm.port}` },
  });
});
afterAll(async () => {
  await product.stop();
  await Promise.all([as.close(), crm.close()]);
  await rm(folder, { recursive: true, force: true });
});

describe("app: accounts at MCP servers", () => {
  it("MCP-2 MCP-3 CL4: finds who authorizes, registers, asks in private, and asks again for the rights that an act needs; the run goes on by itself", async () => {
    const { ana } = product.people;
    product.model.replyTo(
      "about-acme",
      // Once: the call waits for the account, then for the rights, and is made.
      uses(["crm__get_account", { name: "Acme" }]),
      says("Acme is fine."),
    );
    const thread = await ana.asks("@deputy tell me about-acme");
    await thread.post("attention");
    const first = await agree("ana", 1);
    // What the service asks for by itself stands on the page, before anything is asked of it.
    expect(first.text).toContain("crm.read");
    expect(first.text).not.toContain("crm.notes");

    const second = await agree("ana", 2);
    expect(second.text).toContain("crm.notes");
    const kept = await thread.post("result");
    await ana.clicks(kept, "Post here");
    expect((await thread.post("result", 2)).body.text).toContain("Acme is fine.");

    expect(crm.calls).toEqual([{ account: "ana", tool: "get_account" }]);
    expect(as.registered).toHaveLength(1);
    const asked = as.requests.filter(({ path: at }) => at === "/auth").map(({ params }) => params);
    expect(asked.map(({ resource }) => resource)).toEqual(asked.map(() => crm.url));
    expect(String(asked.at(-1)?.["scope"]).split(" ")).toEqual(
      expect.arrayContaining(["crm.read", "crm.notes"]),
    );
    // More rights come by a new authorization, never by a refresh.
    expect(as.asked.get("refresh_token")).toBeUndefined();
    const { store } = product.app.edges;
    const types = (await store.read((tx) => tx.audit.list(asTenantId("local"), 0, 1_000))).map(
      ({ type }) => type,
    );
    expect(types.filter((type) => type === "consent.connected")).toHaveLength(2);
    const told = JSON.stringify(product.model.requests.map(({ body }) => body));
    expect(told).not.toContain("/connect/");
    for (const token of crm.tokens) expect(told).not.toContain(token);
    await expect.poll(() => as.revoked.length).toBeGreaterThan(0);
  });

  it("MCP-4: when the server names somebody else, nothing more is sent to it, and the person is not sent there", async () => {
    const { bo } = product.people;
    const rogue = await startAuthorizationServer({ redirectUris: [], resources: {}, registers: true });
    crm.issuers = [rogue.issuer];
    // As if an hour had passed.
    product.app.gateway.grants.consent.resolver.forget({ tenant: asTenantId("local"), connection: "crm" });
    product.model.replyTo("read-acme", uses(["crm__get_account", { name: "Acme" }]), says("I could not."));
    const before = crm.calls.length;
    const thread = await bo.asks("@deputy please read-acme");
    await thread.post("attention");
    const page = await agree("bo", 1, /names another authorization server/);
    expect(page.text).toContain("crm.read");
    expect((await thread.post("result")).body.text).toContain("I could not.");
    expect([rogue.registered, rogue.requests, crm.calls.length]).toEqual([[], [], before]);
    const { store } = product.app.edges;
    const types = (await store.read((tx) => tx.audit.list(asTenantId("local"), 0, 1_000))).map(
      ({ type }) => type,
    );
    expect(types).toEqual(expect.arrayContaining(["mcp.quarantined", "consent.blocked"]));
    await rogue.close();
  });
});

let chatSession: [string, string] | undefined;

/** Says yes on the page of the person's card number `n`; returns that page. */
async function agree(
  person: string,
  n: number,
  done: RegExp = new RegExp(`is connected as ${person}`),
): Promise<Page> {
  const link = await until(
    product.room,
    "a card\n",
    () => `dm-${person}`,
    () => {
      const cards = product.room.history(`dm-${person}`).flatMap(({ content }) => {
        if (content.kind !== "deputy" || content.body.kind !== "attention") return [];
        return content.body.about === "grant" ? [content.body] : [];
      });
      return cards.length >= n
        ? cards.at(-1)?.options.find(({ action }) => action === "connect.open")?.url
        : undefined;
    },
  );
  const browser = createCookieBrowser();
  if (chatSession === undefined) {
    await browser.open(product.app.chatUrl ?? "");
    chatSession = [...browser.cookies(base)].find(([name]) => name.startsWith("deputy_chat"));
  }
  browser.setCookie(base, ...(chatSession ?? ["", ""]));
  browser.setCookie(as.issuer, "account", person);
  const page = await browser.open(`${link}?as=${person}`);
  const form = /name="form" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  const answered = await browser.open(page.url.href, { form: { form, answer: "yes" } });
  expect(answered.text).toMatch(done);
  return page;
}
