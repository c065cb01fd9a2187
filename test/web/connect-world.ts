// Our pages, a service, and Slack's sign-in, all on loopback; browsers with cookies go between them.

import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { asConversationId, asPersonKey, asTenantId, type PersonKey } from "../../src/domain/ids.ts";
import { askConsent, linkOf } from "../../src/grants/ask-consent.ts";
import type { ConsentDeps } from "../../src/grants/consent-deps.ts";
import { slackIdentity } from "../../src/grants/sign-in.ts";
import type { Store } from "../../src/store/contract.ts";
import type { ConsentRow } from "../../src/store/contract-grants.ts";
import { sealOf } from "../../src/vault/master-keys.ts";
import { deriveKey } from "../../src/vault/seal.ts";
import type { WebConsole } from "../../src/web/console-contract.ts";
import type { WebChat } from "../../src/web/contract.ts";
import { createWeb } from "../../src/web/web.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { type GrantsWorld, masterKey, openGrantsWorld } from "../grants/grants-world.ts";
import { type CookieBrowser, createCookieBrowser, type Page } from "../support/cookie-browser.ts";
import { freePort } from "../support/free-port.ts";

export const tenant = asTenantId("slack-T0001");
export const ann = asPersonKey("slack:T0001:ann");

export interface ConnectWorld {
  readonly base: string;
  readonly service: AuthorizationServer;
  readonly slack: AuthorizationServer;
  readonly world: GrantsWorld;
  readonly consent: ConsentDeps;
  readonly clock: ManualClock;
  /** Sessions that ended, and how. */
  readonly ended: [string, string][];
  readonly alarms: string[];
  readonly chatUrl?: string | undefined;
  ask(more?: { initiator?: PersonKey; connection?: string }): Promise<string>;
  session(): Promise<ConsentRow>;
  /** A browser of which `slackUser` is signed in with Slack, and `account` at the service. */
  browser(slackUser: string, account?: string): CookieBrowser;
  /** Opens the link and signs in; the page after it. */
  enter(browser: CookieBrowser, link: string): Promise<Page>;
  /** Says yes on the page; stops before our callback is asked for. */
  consentOn(browser: CookieBrowser, page: Page): Promise<URL>;
  close(): Promise<void>;
}

export async function openConnectWorld(
  options: {
    connection?: Record<string, unknown>;
    more?: Record<string, Record<string, unknown>>;
    mcp?: Record<string, unknown>;
    chat?: WebChat;
    /** What the console's pages are made from. */
    console?: (store: Store) => WebConsole;
    /** Nobody can sign in. */
    closed?: true;
    /** Other ports of loopback that may be asked. */
    allow?: readonly number[];
    /** Connections, beside the usual ones, whose callback the service knows. */
    known?: readonly string[];
    /** Resource → its scopes, where the service wants to be told what a token is for. */
    resources?: Readonly<Record<string, string>>;
  } = {},
): Promise<ConnectWorld> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const contexts = ["mail", "other", ...(options.known ?? [])].map(
    (name) => `${base}/oauth/callback/${name}`,
  );
  const service = await startAuthorizationServer({
    redirectUris: contexts,
    ...(options.resources ? { resources: options.resources } : {}),
  });
  const slack = await startAuthorizationServer({
    redirectUris: [`${base}/connect/signed-in/slack`],
    clientId: "slack-app",
    scopes: [],
    claims: {
      "https://slack.com/user_id": (account) => account.split("@")[0] ?? "",
      "https://slack.com/team_id": (account) => account.split("@")[1] ?? "T0001",
    },
  });
  const clock = createManualClock(Date.now());
  const world = await openGrantsWorld({
    server: service,
    clock,
    allow: [slack.port, ...(options.allow ?? [])],
    ...(options.connection ? { connection: options.connection } : {}),
    ...(options.mcp ? { mcp: options.mcp } : {}),
    more: {
      other: {
        issuer: service.issuer,
        client_id: service.clientId,
        client_secret: service.clientSecret,
        grant: "standing",
      },
      ...options.more,
    },
  });
  await world.store.write((tx) => tx.people.see({ key: ann, name: "Ann", kind: "member" }, tenant, 0));
  const ended: [string, string][] = [];
  const alarms: string[] = [];
  const consent: ConsentDeps = {
    ...world.deps,
    revocations: world.revocations,
    decide: (fn) =>
      world.store.write((tx) =>
        fn(tx, async (session, state) => {
          ended.push([session.id, state]);
        }),
      ),
    seal: sealOf({ current: masterKey }, "consents"),
    linkKey: deriveKey(masterKey, "links"),
    base: () => base,
    ttlMs: 600_000,
    contextOf: ({ connection }) => connection,
    alarm: async (_tx, _session, text) => void alarms.push(text),
  };
  const web = createWeb({
    listen: { host: "127.0.0.1", port },
    clock,
    log: silentLogger,
    ready: async () => ({ ok: true, checks: {} }),
    ...(options.console ? { console: options.console(world.store) } : {}),
    connect: {
      consent,
      identities: options.closed
        ? []
        : [
            slackIdentity({
              issuer: slack.issuer,
              clientId: slack.clientId,
              clientSecret: new Secret(slack.clientSecret),
            }),
          ],
      localPlatform: "local",
    },
    ...(options.chat ? { chat: options.chat } : {}),
  });
  const { chatUrl } = await web.start();
  const links: string[] = [];
  return {
    base,
    service,
    slack,
    world,
    consent,
    clock,
    ended,
    alarms,
    chatUrl,
    async ask({ initiator = ann, connection = "mail" } = {}) {
      const spec = consent.specs.get(connection);
      if (!spec) throw new Error("No such connection");
      await world.store.write((tx) =>
        askConsent(tx, consent, spec, {
          tenant,
          initiator,
          initiatorName: "Ann",
          agent: "deputy",
          connection,
          capability: "read",
          scopes: ["mail.read"],
          conversation: asConversationId("conv_1"),
          isPrivate: false,
          goal: "Answer my mail",
        }),
      );
      const session = await world.store.read((tx) => tx.consents.underWay(initiator, connection));
      if (!session) throw new Error("Not asked");
      links.push(session.id);
      return linkOf(consent, session.id);
    },
    async session() {
      const found = await world.store.read((tx) => tx.consents.find(links.at(-1) ?? ""));
      if (!found) throw new Error("No session");
      return found;
    },
    browser(user, account = user) {
      const browser = createCookieBrowser();
      // Both are at 127.0.0.1: ports tell them apart here.
      browser.setCookie(slack.issuer, "account", user);
      browser.setCookie(service.issuer, "account", account);
      return browser;
    },
    async enter(browser, link): Promise<Page> {
      const page = await browser.open(link);
      if (!page.text.includes("/sign-in")) return page;
      return browser.open(`${link}/sign-in`, { form: { form: formOf(page) } });
    },
    consentOn: async (browser, page): Promise<URL> =>
      (
        await browser.open(page.url.href, {
          form: { form: formOf(page), answer: "yes" },
          until: ({ pathname }) => pathname.startsWith("/oauth/callback/"),
        })
      ).url,
    async close() {
      await web.stop();
      await world.close();
      await service.close();
      await slack.close();
    },
  };
}

export function formOf({ text }: Page): string {
  const found = /name="form" value="([^"]+)"/.exec(text)?.[1];
  if (found === undefined) throw new Error(`No form in: ${text.slice(0, 500)}`);
  return found;
}
