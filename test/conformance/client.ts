// The client program that `scripts/conformance.mjs` gives to the conformance suite of MCP: the product's own sessions, grants and
// consent, with a person who says yes to everything. Called with the server's address; the scenario is in the environment.
//
// What is not the product: the browser, which follows the authorization server's redirect; and that every port of this machine may
// be asked, since the suite takes them as they come.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { systemClock } from "../../src/base/clock.ts";
import { errorText } from "../../src/base/errors.ts";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { ConfigFile } from "../../src/config/config-file-schema.ts";
import { asConversationId, asPersonKey, asRunId, asTenantId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import { askConsent } from "../../src/grants/ask-consent.ts";
import { connectionSpecs } from "../../src/grants/connection-spec.ts";
import type { ConsentDeps } from "../../src/grants/consent-deps.ts";
import { describedResource } from "../../src/grants/discovery/protected-resource.ts";
import { createResolver } from "../../src/grants/discovery/resolve.ts";
import { oauthClientSeal } from "../../src/grants/discovery/sealed-clients.ts";
import { giveConsent, takeCallback } from "../../src/grants/give-consent.ts";
import { createGrants } from "../../src/grants/grants.ts";
import { createOAuthClient } from "../../src/grants/oauth-client.ts";
import { createRevocations } from "../../src/grants/revoke.ts";
import type { GuardedRequest } from "../../src/net/contract.ts";
import { createGuardedRequest } from "../../src/net/guarded-request.ts";
import { createWhatwgFetch } from "../../src/net/whatwg-fetch.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import type { ToolContext, ToolOutcome } from "../../src/tools/contract.ts";
import { serversOf } from "../../src/tools/mcp/catalogue.ts";
import { createMcpTools } from "../../src/tools/mcp/mcp-tools.ts";
import { sealOf } from "../../src/vault/master-keys.ts";
import { deriveKey } from "../../src/vault/seal.ts";
import { createVault } from "../../src/vault/vault.ts";
import { temporaryWorkspaces } from "../workspace/temporary-workspaces.ts";

const base = "http://127.0.0.1:9";
/** The one that the suite expects. */
const clientDocument = "https://conformance-test.local/client-metadata.json";
const tenant = asTenantId("local");
const person = asPersonKey("local:local:ann");
const run = asRunId("run_1");
/** Tools of the suite's servers, with what they are called with. */
const calls: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "test-tool": {},
  add_numbers: { a: 5, b: 3 },
  test_client_elicitation_defaults: {},
  test_reconnection: {},
};
const mostCalls = 3;

const Context = z
  .object({ client_id: z.string(), client_secret: z.string(), private_key_pem: z.string() })
  .partial();

const { MCP_CONFORMANCE_SCENARIO: scenario = "", MCP_CONFORMANCE_CONTEXT: given = "{}" } = process.env;
const url = process.argv.at(-1) ?? "";
const context = Context.parse(JSON.parse(given));
const isAuth = scenario.startsWith("auth/");
const isOwn = scenario.includes("client-credentials");

const anyHere: GuardedRequest = (address, options) => {
  const { hostname, port } = new URL(address);
  const isHere = hostname === "localhost" || hostname === "127.0.0.1";
  const request = createGuardedRequest({ allow: isHere ? [`${hostname}:${port}`] : [], clock: systemClock });
  return request(address, options);
};
const fetch = createWhatwgFetch(anyHere, {
  redirect: "same-origin",
  maxBytes: 256 * 1024,
  totalTimeoutMs: 10_000,
});

const folder = await mkdtemp(path.join(tmpdir(), "deputy-conformance-"));
const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
const temporary = await temporaryWorkspaces();
const workspace = await temporary.open();
const issuers = isAuth ? (await describedResource(fetch, new URL(url)).catch(() => undefined))?.issuers : [];
const settings = ConfigFile.parse({
  connections: {
    it: {
      grant: "standing",
      ...(isOwn ? { identity: "agent" } : {}),
      ...(context.client_id === undefined ? {} : { client_id: context.client_id }),
      ...(context.client_secret === undefined ? {} : { client_secret: context.client_secret }),
      ...(context.private_key_pem === undefined ? {} : { client_key: { key: context.private_key_pem } }),
    },
  },
  mcp: {
    it: {
      url,
      ...(isAuth ? { connection: "it", registration_allow: issuers ?? [] } : {}),
      tools: Object.fromEntries(Object.keys(calls).map((name) => [name, { effect: "read" }])),
    },
  },
});
const masterKey = new Secret(Buffer.alloc(32, 9).toString("base64"));
const specs = connectionSpecs(settings);
const deps = {
  store,
  vault: createVault({ current: masterKey }, systemClock),
  clock: systemClock,
  ids: createIds(() => Date.now()),
  log: silentLogger,
  specs,
  oauth: createOAuthClient(fetch, () => Date.now()),
  resolver: createResolver({
    store,
    clock: systemClock,
    log: silentLogger,
    fetch,
    specs,
    seal: oauthClientSeal({ current: masterKey }),
    redirectUri: ({ connection }) => `${base}/oauth/callback/${connection}`,
    clientDocument: () => clientDocument,
  }),
  fetch,
  refreshMarginMs: 300_000,
  failpoint: noFailpoints,
  said: () => undefined,
};
const consent: ConsentDeps = {
  ...deps,
  revocations: createRevocations(deps),
  decide: (fn) => store.write((tx) => fn(tx, () => Promise.resolve())),
  seal: sealOf({ current: masterKey }, "consents"),
  linkKey: deriveKey(masterKey, "links"),
  base: () => base,
  ttlMs: 600_000,
  contextOf: ({ connection }) => connection,
};
const grants = createGrants(deps);
const mcp = createMcpTools({
  servers: serversOf(settings.mcp),
  store,
  clock: systemClock,
  log: silentLogger,
  request: anyHere,
  grants: () => grants,
});

/** As the pipeline does: looks for the account, and has it asked for where it is missing. */
async function account() {
  if (!isAuth) return undefined;
  const owner = grants.ownerFor("it", { tenant, agent: "deputy", subject: person }) ?? person;
  const need = { tenant, owner, connection: "it", capability: "", run, mode: "assistant" as const };
  for (let asked = 0; asked < 2; asked += 1) {
    const answer = await store.read((tx) => grants.find(tx, need));
    if (answer.kind === "ready") return answer.grant;
    if (answer.kind === "refused") throw new Error(answer.why);
    await agree(answer.scopes);
  }
  throw new Error("The account was not connected");
}

/** A consent from its card to its end, with the product's own steps. */
async function agree(scopes: readonly string[]): Promise<void> {
  const spec = specs.get("it");
  if (!spec) throw new Error("No connection");
  const about = { tenant, agent: "deputy", connection: "it", capability: "", run, isPrivate: false };
  await store.write((tx) =>
    askConsent(tx, consent, spec, {
      ...about,
      initiator: person,
      initiatorName: "Ann",
      scopes,
      conversation: asConversationId("conv_1"),
    }),
  );
  const session = await store.read((tx) => tx.consents.underWay(person, "it"));
  if (!session) throw new Error("Not asked");
  const browser = { cookie: "the-cookie", person };
  const at = await giveConsent(consent, session, browser);
  if (!at) throw new Error("The consent is over");
  const answer = await globalThis.fetch(at, { redirect: "manual" });
  const back = new URL(answer.headers.get("location") ?? "", at);
  const outcome = await takeCallback(consent, { context: "it", query: back.searchParams, browser });
  if (outcome.kind !== "connected") throw new Error(`The account was not connected: ${outcome.kind}`);
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is looked at of a run
const working = { id: run, tenant, agent: "deputy", subject: person, mode: "assistant" } as Run;

/** What the person answered to questions of the server. */
const answers = new Map<string, string>();

async function play(): Promise<void> {
  await store.write((tx) => tx.people.see({ key: person, name: "Ann", kind: "member" }, tenant, Date.now()));
  const grant = await account();
  const { tools } = await mcp.forRun(working);
  for (const tool of tools) {
    const input = tool.parse(calls[tool.name.replace("it__", "")] ?? {});
    if (input.kind === "invalid") throw new Error(input.problem);
    for (let step = 1; step <= mostCalls; step += 1) {
      const outcome = await input.call.run(contextOf(step, step === 1 ? grant : await account()));
      process.stdout.write(`${tool.name} ${JSON.stringify(outcome).slice(0, 500)}\n`);
      if (!isToBeRepeated(outcome)) break;
    }
  }
  const problem = (await mcp.states())[0]?.problem;
  if (problem !== undefined) throw new Error(problem);
}

function contextOf(step: number, grant: Awaited<ReturnType<typeof account>>): ToolContext {
  return {
    key: `${run}:${step}`,
    run: { id: run, tenant },
    ...(grant ? { grant } : {}),
    answers,
    workspace,
    signal: AbortSignal.timeout(25_000),
    now: () => Date.now(),
    fetch: () => Promise.reject(new Error("no fetch here")),
    recall: () => Promise.resolve([]),
    attach: () => Promise.reject(new Error("nothing is attached here")),
  };
}

/** The model would call again; or the run would park, and its person leave every field of a question as it is. */
function isToBeRepeated(outcome: ToolOutcome): boolean {
  if (outcome.kind === "lacks_rights") return true;
  if (outcome.kind === "result") return outcome.isError === true;
  const key = outcome.kind === "ask" && outcome.ask.kind === "question" ? outcome.ask.of?.key : undefined;
  if (key !== undefined) answers.set(key, "As it stands.");
  return key !== undefined;
}

try {
  await play();
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
} finally {
  await mcp.close();
  await store.close();
  await temporary.remove();
  await rm(folder, { recursive: true, force: true });
}
