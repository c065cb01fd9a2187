// The doors of a consent: the link that a person got in private, their sign-in, and what the service sends back (CON-3 to CON-8).
//
//   CR1  Looking at a link changes nothing, whoever looks: scanners follow links. A person who has proved to be another one than
//        it is for ends it.
//   CR2  Nobody is sent to the service before they have proved to be whom the link is for, and have said yes on our page.

import { type Context, Hono } from "hono";
import { findLocalPerson, localPeople } from "../chat/local/cast.ts";
import { endConsent } from "../grants/ask-consent.ts";
import { digestOf } from "../grants/digests.ts";
import { clientKey } from "../grants/client-key.ts";
import { documentFor, keysAddress } from "../grants/discovery/client-document.ts";
import { GrantError } from "../grants/errors.ts";
import { block, giveConsent, takeCallback } from "../grants/give-consent.ts";
import { beginSignIn, browserOf, endSignIn, recognise } from "../grants/sign-in.ts";
import type { ConsentRow } from "../store/contract-grants.ts";
import type { ChatAccess } from "./access.ts";
import { boundedBody } from "./bounded-body.ts";
import { ourHostOnly, sessionOnly, type WebEnv } from "./chat-guard.ts";
import { connectHeaders, cookieOf, formProof, giveCookie, noStore, readForm } from "./connect-browser.ts";
import type { WebConnect } from "./connect-contract.ts";
import { isConsolePath } from "./console-path.ts";
import * as pages from "./connect-pages.ts";

type Door = Context<WebEnv>;

const maxFormBytes = 10_000;

export function createConnectRoutes(connect: WebConnect): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.use("/connect/*", connectHeaders, noStore, boundedBody(maxFormBytes));
  routes.use("/oauth/callback/*", connectHeaders, noStore);
  routes.get("/connect/style.css", (c) =>
    c.body(pages.connectStyle, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  routes.get("/connect/signed-in/:platform", (c) => signedIn(c, connect));
  routes.get("/connect/:link", (c) => look(c, connect));
  routes.post("/connect/:link", (c) => answer(c, connect));
  routes.post("/connect/:link/sign-in", (c) => signIn(c, connect));
  routes.get("/oauth/callback/:context", (c) => callback(c, connect));
  routes.get("/oauth/client/:context", (c) => describeUs(c, connect));
  routes.get("/oauth/keys/:connection", (c) => publicKeys(c, connect));
  return routes;
}

/** Whoever uses the chat page is the person whom they play there: its session vouches for it. */
export function createLocalConnect({ consent }: WebConnect, access: ChatAccess): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.use(connectHeaders, noStore, ourHostOnly(access), sessionOnly(access));
  routes.get("/:link", async (c) => {
    const person = localPeople.find(({ id }) => id === c.req.query("as"));
    if (!person) return c.html(pages.overPage(), 404);
    const { cookie } = await recognise(consent, person.key);
    giveCookie(c, consent, cookie);
    return c.redirect(`${consent.base()}/connect/${encodeURIComponent(c.req.param("link"))}`, 303);
  });
  return routes;
}

function openSession({ consent }: WebConnect, link: string): Promise<ConsentRow | undefined> {
  return consent.store.read(async (tx) => {
    const session = await tx.consents.byLink(digestOf(link));
    const isOpen = session?.state === "open" || session?.state === "consented";
    return session && isOpen && session.expiresAt > consent.clock.now() ? session : undefined;
  });
}

/** The session of the link, if this browser may go on with it; else the answer. */
async function entered(
  c: Door,
  connect: WebConnect,
  link: string,
): Promise<{ readonly session: ConsentRow; readonly cookie: string } | Response> {
  const { consent } = connect;
  const session = await openSession(connect, link);
  if (!session) return c.html(pages.overPage(), 404);
  const cookie = cookieOf(c, consent);
  const person = await browserOf(consent, cookie);
  if (person === undefined) return askWho(c, connect, session, { link, cookie });
  if (person === session.initiator) return { session, cookie };
  await block(consent, session, { why: "other_person", person });
  return c.html(pages.notYoursPage(), 403);
}

function askWho(
  c: Door,
  { consent, identities, localPlatform }: WebConnect,
  { initiator }: ConsentRow,
  { link, cookie }: { readonly link: string; readonly cookie: string },
): Response | Promise<Response> {
  const platform = initiator.split(":", 1)[0];
  if (platform === localPlatform) return c.html(pages.openFromChatPage(), 401);
  const identity = identities.find((one) => one.platform === platform);
  if (!identity) return c.html(pages.noSignInPage(), 503);
  const held = cookie === "" ? giveCookie(c, consent) : cookie;
  return c.html(pages.signInPage(`/connect/${link}/sign-in`, formProof(consent, held, link), identity.title));
}

async function look(c: Door, connect: WebConnect): Promise<Response> {
  const link = c.req.param("link") ?? "";
  const entry = await entered(c, connect, link);
  if (entry instanceof Response) return entry;
  const { session, cookie } = entry;
  const { consent } = connect;
  const spec = consent.specs.get(session.connection);
  if (!spec) return c.html(pages.overPage(), 404);
  const { initiator, initiatorName, agent, capability, expiresAt } = session;
  return c.html(
    pages.explainPage({
      action: `/connect/${link}`,
      form: formProof(consent, cookie, link),
      agent,
      person: `${findLocalPerson(initiator)?.name ?? initiatorName} (${initiator})`,
      service: spec.provider.title,
      capability: capability ?? "use the account",
      scopes: await scopesOf(consent, session),
      use: spec.grant === "run" ? "this piece of work alone" : "what you ask for, until you disconnect it",
      until: `${new Date(expiresAt).toISOString().slice(11, 16)} UTC`,
    }),
  );
}

async function answer(c: Door, connect: WebConnect): Promise<Response> {
  const link = c.req.param("link") ?? "";
  const form = await readForm(c, connect.consent, link);
  if (!form) return c.html(pages.overPage(), 403);
  const entry = await entered(c, connect, link);
  if (entry instanceof Response) return entry;
  const { session, cookie } = entry;
  const { consent } = connect;
  if (form["answer"] !== "yes") {
    await consent.decide((tx, ended) =>
      endConsent(tx, consent, session, { ended, state: "declined", actor: session.initiator }),
    );
    return c.html(pages.donePage("Nothing was connected."));
  }
  try {
    const url = await giveConsent(consent, session, { cookie, person: session.initiator });
    return url ? c.redirect(url.href, 303) : await c.html(pages.overPage(), 404);
  } catch (error) {
    if (!(error instanceof GrantError)) throw error;
    consent.log.warn("A service could not be asked for consent", { connection: session.connection, error });
    // Nothing that its person does changes it: the work goes on without.
    if (error.code === "grant.quarantined")
      await consent.decide((tx, ended) =>
        endConsent(tx, consent, session, { ended, state: "blocked", why: "other_authorization_server" }),
      );
    return c.html(pages.donePage(`${error.message} Nothing was connected.`), 502);
  }
}

/** All that the service will be asked for, as far as it can be told without it. */
async function scopesOf(
  { oauth, resolver, specs }: WebConnect["consent"],
  session: ConsentRow,
): Promise<readonly string[]> {
  const { tenant, connection, scopes } = session;
  const spec = specs.get(connection);
  if (spec?.provider.server.kind !== "resource") return scopes;
  return resolver.resolve(spec, tenant).then(
    (resolved) => oauth.scopesFor(resolved, scopes),
    () => scopes,
  );
}

/** What we are as an OAuth client of a connection whose service was discovered (MCP-3). */
function describeUs(c: Door, { consent }: WebConnect): Response | Promise<Response> {
  const context = c.req.param("context") ?? "";
  const ours = [...consent.specs.values()].find(
    ({ name, provider: { server } }) =>
      server.kind === "resource" && (context === name || context.endsWith(`.${name}`)),
  );
  if (!ours) return c.notFound();
  const base = consent.base();
  return c.json(documentFor(base, context, ours.clientKey && keysAddress(base, ours.name)));
}

/** The public half of a connection's `client_key`, for services that fetch it (RFC 7517). */
async function publicKeys(c: Door, { consent }: WebConnect): Promise<Response> {
  const spec = consent.specs.get(c.req.param("connection") ?? "");
  if (!spec?.clientKey) return c.notFound();
  const { published } = await clientKey(spec.clientKey, spec.name);
  return c.json({ keys: [published] });
}

async function signIn(c: Door, connect: WebConnect): Promise<Response> {
  const { consent, identities } = connect;
  const link = c.req.param("link") ?? "";
  const form = await readForm(c, consent, link);
  const session = form && (await openSession(connect, link));
  const identity = session && identities.find(({ platform }) => session.initiator.startsWith(`${platform}:`));
  if (!identity) return c.html(pages.overPage(), 403);
  const url = await beginSignIn(consent, identity, { cookie: cookieOf(c, consent), link });
  return c.redirect(url.href, 303);
}

async function signedIn(c: Door, connect: WebConnect): Promise<Response> {
  const { consent, identities } = connect;
  const identity = identities.find(({ platform }) => platform === c.req.param("platform"));
  const query = new URL(c.req.url).searchParams;
  const proved = identity && (await endSignIn(consent, identity, { cookie: cookieOf(c, consent), query }));
  if (!proved) return c.html(pages.overPage(), 403);
  giveCookie(c, consent, proved.cookie);
  if (isConsolePath(proved.link)) return c.redirect(proved.link, 303);
  const session = await openSession(connect, proved.link);
  if (session && session.initiator !== proved.person) {
    await block(consent, session, { why: "other_person", person: proved.person });
    return c.html(pages.notYoursPage(), 403);
  }
  return c.redirect(`/connect/${encodeURIComponent(proved.link)}`, 303);
}

async function callback(c: Door, { consent }: WebConnect): Promise<Response> {
  const cookie = cookieOf(c, consent);
  const person = await browserOf(consent, cookie);
  const outcome = await takeCallback(consent, {
    context: c.req.param("context") ?? "",
    query: new URL(c.req.url).searchParams,
    browser: { cookie, ...(person === undefined ? {} : { person }) },
  });
  switch (outcome.kind) {
    case "connected":
      return c.html(
        pages.donePage(`${outcome.title} is connected as ${outcome.account}. The work goes on by itself.`),
      );
    case "declined":
      return c.html(pages.donePage("Nothing was connected."));
    case "failed":
      return c.html(pages.donePage(outcome.text), 502);
    case "refused":
      return c.html(pages.overPage(), 403);
    default:
      return outcome satisfies never;
  }
}
