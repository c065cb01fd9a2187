import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asConversationId, asRunId } from "../../src/domain/ids.ts";
import { accountHint } from "../../src/grants/login-hint.ts";
import type { ConsentRow } from "../../src/store/contract-grants.ts";
import { aConnection } from "../contracts/store-grants.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { ann, type GrantsWorld, openGrantsWorld, redirectUri, tenant } from "./grants-world.ts";

const session: ConsentRow = {
  id: "consent_1",
  tenant,
  initiator: ann,
  initiatorName: "Ann",
  agent: "deputy",
  connection: "mail",
  scopes: ["mail.read"],
  conversation: asConversationId("conv_1"),
  line: asConversationId("conv_1"),
  card: "consent:1",
  link: "digest",
  state: "open",
  expiresAt: 1,
  createdAt: 0,
};
const ofRun: ConsentRow = { ...session, run: asRunId("run_1") };

describe("grants/login-hint", () => {
  let server: AuthorizationServer;
  let world: GrantsWorld;
  beforeAll(async () => {
    server = await startAuthorizationServer({ redirectUris: [redirectUri] });
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    world = await openGrantsWorld({ server });
  });
  afterEach(() => world.close());

  const held = (id: string, more: Parameters<typeof aConnection>[1]): Promise<unknown> =>
    world.store.write((tx) =>
      tx.connections.add(aConnection(id, { tenant, owner: ann, subject: id, ...more })),
    );
  const hint = (row: ConsentRow, told: () => Promise<string | undefined> = async () => "ann@corp.example") =>
    accountHint({ ...world.deps, addressOf: told }, row);

  it("CON-7: a first account has probably the address of chat", async () => {
    expect(await hint(session)).toEqual({ loginHint: "ann@corp.example" });
  });

  it.each([
    ["tells none", async () => undefined],
    ["tells what is no address", async () => "Ann <ann@corp.example>"],
    ["does not answer well", () => Promise.reject(new Error("down"))],
  ])("goes without where the platform %s", async (_, told) => {
    expect(await hint(session, told)).toEqual({});
  });

  it("LH1: what is to be widened or connected again is named", async () => {
    await held("con_1", { account: "ann@home.example" });
    expect(await hint(ofRun)).toEqual({ loginHint: "ann@home.example" });

    await world.store.write((tx) => tx.connections.change("con_1", "needs_reauth", "x", 1));
    expect(await hint(session)).toEqual({ loginHint: "ann@home.example" });
  });

  it("LH1: who has one and asks for another one is to choose", async () => {
    await held("con_1", {});

    expect(await hint(session)).toEqual({ choose: true });
  });

  it("says to the service whose account is meant, and asks it for a choice only where it knows how", async () => {
    const spec = world.deps.specs.get("mail");
    if (!spec) throw new Error("No connection");
    const ask = { scopes: [], redirectUri, state: "s", verifier: "v".repeat(43), nonce: "n" };
    const url = await world.deps.oauth.authorizationUrl(spec, { ...ask, loginHint: "ann@corp.example" });
    expect(url.searchParams.get("login_hint")).toBe("ann@corp.example");

    const chooser = await startMetadata();
    const choosing = await openGrantsWorld({
      server: { ...server, issuer: chooser.issuer, port: chooser.port },
    });
    const other = choosing.deps.specs.get("mail");
    const chosen = other && (await choosing.deps.oauth.authorizationUrl(other, { ...ask, choose: true }));
    expect(chosen?.searchParams.get("prompt")).toBe("select_account");
    const plain = other && (await choosing.deps.oauth.authorizationUrl(other, ask));
    expect(plain?.searchParams.has("prompt")).toBe(false);
    await choosing.close();
    chooser.http.close();
  });
});

/** An issuer that says that it can have people choose, and nothing more. */
async function startMetadata(): Promise<{
  readonly http: Server;
  readonly issuer: string;
  readonly port: number;
}> {
  const http = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ["code"],
        code_challenge_methods_supported: ["S256"],
        prompt_values_supported: ["login", "select_account"],
      }),
    );
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}`;
  return { http, issuer, port };
}
