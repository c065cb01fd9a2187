// Many people at once, each in their own direct messages in Slack, each with their own account in Fernway's CRM. Whose token comes with
// which call is the CRM's to say.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import PQueue from "p-queue";
import { vi } from "vitest";
import type { Account } from "../../examples/sales-assistant/world/book.ts";
import { type SalesWorld, startSalesWorld } from "../../examples/sales-assistant/world/world.ts";
import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import type { ConsentDeps } from "../../src/grants/consent-deps.ts";
import { sealTokens } from "../../src/grants/sealed-tokens.ts";
import { finishes, uses } from "../app/product.ts";
import { kindOf, startSlackProduct } from "../app/slack-product.ts";
import type { FakeAnswer } from "../fakes/fake-openai.ts";
import { startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import { createCookieBrowser } from "../support/cookie-browser.ts";

const file = `connections:
  crm:
    issuer: \${SALES_LOGIN_URL}
    client_id: deputy
    resource: \${SALES_CRM_URL}
    scopes: { book: [crm.read, crm.log] }
    grant: standing
mcp:
  crm:
    url: \${SALES_CRM_URL}
    connection: crm
    tools:
      get_account: { effect: read, needs: book }
      log_activity: { effect: write-internal, repeat: keyed, needs: book }
policy: [{ name: the-book-is-kept, layer: org, match: { tool: "crm__*" }, decision: allow }]
`;

export interface ManyPeople {
  /** Calls that the CRM took, by what. */
  readonly calls: number;
  /** Calls with the token of one person and the account of another, or with what only another one could have read. */
  readonly mismatches: readonly string[];
  /** People whose account has exactly the one line that is theirs. */
  readonly served: number;
  readonly results: number;
  readonly refused: readonly string[];
  readonly connectMs: number;
  readonly runMs: number;
}

interface Person {
  readonly id: string;
  readonly slack: string;
  readonly account: string;
  /** Stands in their account, and nowhere else. */
  readonly secret: string;
}

export async function manyPeople(count: number, patienceMs: number): Promise<ManyPeople> {
  const people = Array.from({ length: count }, (_none, n): Person => {
    const number = String(n).padStart(4, "0");
    return {
      id: `p${number}`,
      slack: `U0MANY${number}`,
      account: `acct-${number}`,
      secret: `known-to-${number}`,
    };
  });
  const world = await startSalesWorld({
    people: people.map(({ id }) => ({ id, name: id, email: `${id}@fernway.example` })),
    book: people.map(accountOf),
  });
  const slack = await startFakeSlack();
  for (const { id, slack: user } of people)
    slack.addPerson({ id: user, team: ids.team, name: id, realName: id, tz: "Europe/Prague" });
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-many-people-"));
  await writeFile(path.join(folder, "deputy.config.yml"), file);
  const product = await startSlackProduct({ folder, slack, env: { ...world.settings } });
  try {
    product.model.answerBy(nextOf);
    const deps = product.app.gateway.grants.consent;
    const began = performance.now();
    const connecting = new PQueue({ concurrency: 8 });
    await connecting.addAll(people.map((person) => () => connect(deps, person)));
    const connected = performance.now();
    const talking = new PQueue({ concurrency: 20 });
    await talking.addAll(
      people.map(
        ({ slack: user, account }) =>
          () =>
            slack.person(user).says(slack.person(user).dm, `Look after ${account}`),
      ),
    );
    const waiting = new Set(people.map(({ slack: user }) => slack.person(user).dm));
    const results = (): number => {
      for (const dm of waiting)
        if (slack.messages(dm).some((one) => kindOf(one) === "result")) waiting.delete(dm);
      return count - waiting.size;
    };
    // Looking at everybody's messages at each of them would be most of the work.
    await vi
      .waitUntil(() => results() === count, { timeout: patienceMs, interval: 500 })
      .catch(() => undefined);
    return {
      ...judged(world, people),
      results: results(),
      connectMs: connected - began,
      runMs: performance.now() - connected,
    };
  } finally {
    await product.stop();
    await slack.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function judged(
  { crm }: SalesWorld,
  people: readonly Person[],
): Pick<ManyPeople, "calls" | "mismatches" | "served" | "refused"> {
  const byId = new Map(people.map((person) => [person.id, person]));
  const mismatches = crm.calls.flatMap(({ tool, person, args }) => {
    const own = byId.get(person);
    const isTheirs =
      args["account"] === own?.account && (tool !== "log_activity" || args["summary"] === own?.secret);
    return isTheirs ? [] : [`${tool} as ${person}: ${JSON.stringify(args)}`];
  });
  const served = people.filter(({ id, account, secret }) => {
    const lines = (crm.accounts.get(account)?.activities ?? []).slice(1);
    return lines.length === 1 && lines[0]?.by === id && lines[0]?.summary === secret;
  });
  const wrong = crm.strays.map(({ person, account }) => `${person} asked for ${account}`);
  return {
    calls: crm.calls.length,
    mismatches: [...mismatches, ...wrong],
    served: served.length,
    refused: crm.refused.map(({ why }) => why),
  };
}

function accountOf({ id, account, secret }: Person): Account {
  return {
    id: account,
    name: account,
    owner: id,
    contacts: [],
    contract: { product: "Stock", seats: 1, yearly_usd: 1, renews_on: "2027-01-31", notice_days: 30 },
    deals: [],
    activities: [{ on: "2026-11-01", by: id, kind: "note", summary: secret }],
  };
}

/** The model: looks at the account of whom it works for, then writes down what it has read there. */
function nextOf(body: Readonly<Record<string, unknown>>): FakeAnswer {
  const text = JSON.stringify(body["messages"]);
  const account = /Look after (acct-\d{4})/.exec(text)?.[1];
  const read = /known-to-\d{4}/.exec(text)?.[0];
  if (text.includes("logged")) return finishes("Done.");
  if (read === undefined) return uses(["crm__get_account", { account }]);
  return uses(["crm__log_activity", { account, kind: "note", summary: read }]);
}

const redirectUri = "http://127.0.0.1:9/oauth/callback/crm";

/** The whole code flow with Fernway, page by page; our own pages have their own tests. */
async function connect(deps: ConsentDeps, { id: account, slack }: Person): Promise<void> {
  const configured = deps.specs.get("crm");
  if (!configured) throw new Error("No such connection");
  const tenant = asTenantId(`slack-${ids.team}`);
  const spec = await deps.resolver.resolve(configured, tenant);
  const scopes = ["crm.read", "crm.log"];
  const proof = { state: `state-${account}`, verifier: account.padEnd(43, "v"), nonce: `nonce-${account}` };
  const url = await deps.oauth.authorizationUrl(spec, { scopes, redirectUri, ...proof });
  const browser = createCookieBrowser();
  const until = ({ href }: URL): boolean => href.startsWith(redirectUri);
  const signIn = await browser.open(url.href);
  const agree = await browser.open(signIn.url.href, { form: { account } });
  const { url: at } = await browser.open(agree.url.href, { form: { consent: "yes" }, until });
  const answer = await deps.oauth.redeem(spec, { at, scopes, ...proof });
  const { issuer } = await deps.oauth.facts(spec);
  const now = deps.clock.now();
  const base = { id: deps.ids.next("conn"), tenant, owner: asPersonKey(`slack:${ids.team}:${slack}`) };
  await deps.store.write(async (tx) => {
    const tokens = await sealTokens(tx, deps.vault, { ...base, version: 1, now }, { answer });
    await tx.connections.add({
      ...base,
      name: "crm",
      provider: spec.provider.name,
      subject: account,
      account: `${account}@fernway.example`,
      state: "active",
      isDefault: true,
      issuer,
      ...(spec.resource === undefined ? {} : { resource: spec.resource }),
      scopes: answer.scopes ?? scopes,
      version: 1,
      ...tokens,
      failures: 0,
      createdAt: now,
      updatedAt: now,
    });
  });
}
