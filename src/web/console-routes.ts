// The pages of runs: for reading, by whoever proves to be somebody whose run it is to see.
//
//   CO1  Who looks is known by the sign-in of the consent pages, or by the session of the chat page; asked before anything is read.
//   CO2  One answer for a run that is not there and for one that is not theirs. Looking changes nothing.
//   CO3  Where nobody can sign in there is no such address.

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { localPeople } from "../chat/local/cast.ts";
import type { PersonKey } from "../domain/ids.ts";
import { beginSignIn, browserOf } from "../grants/sign-in.ts";
import type { ChatAccess } from "./access.ts";
import { ourHostOnly, sessionOnly, type WebEnv } from "./chat-guard.ts";
import { connectHeaders, cookieOf, formProof, giveCookie, noStore, readForm } from "./connect-browser.ts";
import type { WebConnect } from "./connect-contract.ts";
import { consolePath, consoleRuns, isConsolePath } from "./console-path.ts";
import { noRunPage, runPage, whoPage } from "./console-pages.ts";
import type { ReadDetails } from "./contract.ts";

type Door = Context<WebEnv>;

const maxFormBytes = 10_000;

export function createConsoleRoutes(connect: WebConnect, details: ReadDetails): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  if (connect.identities.length === 0) return routes;
  routes.use(`${consoleRuns}/*`, connectHeaders, noStore, bodyLimit({ maxSize: maxFormBytes }));
  routes.get(`${consoleRuns}/:id`, (c) => look(c, connect, details));
  routes.post(`${consoleRuns}/:id/sign-in/:platform`, (c) => signIn(c, connect));
  return routes;
}

/** Whoever uses the chat page is the person whom they play there. */
export function createLocalConsole(access: ChatAccess, details: ReadDetails): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.use(connectHeaders, noStore, ourHostOnly(access), sessionOnly(access));
  routes.get("/runs/:id", (c) =>
    show(c, details, localPeople.find(({ id }) => id === c.req.query("as"))?.key),
  );
  return routes;
}

async function look(c: Door, { consent, identities }: WebConnect, details: ReadDetails): Promise<Response> {
  const cookie = cookieOf(c, consent);
  const person = await browserOf(consent, cookie);
  if (person !== undefined) return show(c, details, person);
  const path = pathOf(c);
  if (path === undefined) return c.html(noRunPage(), 404);
  const held = cookie === "" ? giveCookie(c, consent) : cookie;
  const ways = identities.map(({ platform, title }) => ({ action: `${path}/sign-in/${platform}`, title }));
  return c.html(whoPage(ways, formProof(consent, held, path)), 401);
}

async function show(c: Door, details: ReadDetails, person: PersonKey | undefined): Promise<Response> {
  const run = person && pathOf(c) !== undefined && (await details(person, c.req.param("id") ?? ""));
  return run ? c.html(runPage(run)) : c.html(noRunPage(), 404);
}

async function signIn(c: Door, { consent, identities }: WebConnect): Promise<Response> {
  const path = pathOf(c);
  const form = path === undefined ? undefined : await readForm(c, consent, path);
  const identity = identities.find(({ platform }) => platform === c.req.param("platform"));
  if (!form || !identity || path === undefined) return c.html(noRunPage(), 403);
  const url = await beginSignIn(consent, identity, { cookie: cookieOf(c, consent), link: path });
  return c.redirect(url.href, 303);
}

function pathOf(c: Door): string | undefined {
  const path = consolePath(c.req.param("id") ?? "");
  return isConsolePath(path) ? path : undefined;
}
