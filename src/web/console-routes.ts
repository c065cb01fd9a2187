// The pages of the console: for whoever proves to be somebody who may see what is on them.
//
//   CO2  One answer for what is not there and for what is not theirs. Looking changes nothing.
//   CO3  Where nobody can sign in there is no such address.

import { Hono } from "hono";
import { beginSignIn, forgetBrowser } from "../grants/sign-in.ts";
import type { ChatAccess } from "./access.ts";
import { attachment } from "./attachment.ts";
import { boundedBody } from "./bounded-body.ts";
import { createAssetRoutes } from "./chat-assets.ts";
import { ourHostOnly, sessionOnly, type WebEnv } from "./chat-guard.ts";
import { cookieOf, noStore, readForm } from "./connect-browser.ts";
import type { WebConnect } from "./connect-contract.ts";
import type { Lead, WebConsole } from "./console-contract.ts";
import {
  type ConsoleDoor,
  consoleHeaders,
  type Door,
  localDoor,
  type Looking,
  signInDoor,
} from "./console-door.ts";
import { indexPage } from "./console-index-page.ts";
import { noLinkPage, noRunPage, runPage } from "./console-pages.ts";
import { consoleHome, consolePath, isConsolePath } from "./console-path.ts";
import { readQuery } from "./console-query.ts";
import { type ConsoleWays, hrefOf } from "./console-shell.ts";
import { etagOf } from "./etag.ts";

const maxFormBytes = 10_000;

export function createConsoleRoutes(connect: WebConnect, console: WebConsole): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  if (connect.identities.length === 0) return routes;
  routes.route(`${consoleHome}/assets`, createAssetRoutes());
  const pages = new Hono<WebEnv>();
  pages.use(consoleHeaders, noStore, boundedBody(maxFormBytes));
  pages.post("/sign-in/:platform", (c) => signIn(c, connect, consoleHome));
  pages.post("/runs/:id/sign-in/:platform", (c) => signIn(c, connect, consolePath(c.req.param("id"))));
  pages.post("/sign-out", (c) => signOut(c, connect));
  addPages(pages, signInDoor(connect), console);
  return routes.route(consoleHome, pages);
}

export function createLocalConsole(access: ChatAccess, console: WebConsole): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.use(consoleHeaders, noStore, ourHostOnly(access), sessionOnly(access));
  const door = localDoor(access);
  routes.get("/waiting", async (c) => {
    const looking = await door.enter(c);
    return looking instanceof Response ? looking : c.json(await console.waiting(looking.reader));
  });
  addPages(routes, door, console);
  return routes;
}

type Act = (c: Door, looking: Looking) => Promise<Response>;

function addPages(routes: Hono<WebEnv>, door: ConsoleDoor, console: WebConsole): void {
  const entered =
    (act: Act) =>
    async (c: Door): Promise<Response> => {
      const looking = await door.enter(c);
      return looking instanceof Response ? looking : act(c, looking);
    };
  const leads = async (c: Door, ways: ConsoleWays, lead: Lead | undefined): Promise<Response> => {
    if (lead === undefined) return nothing(c, ways);
    return lead.url === undefined ? c.html(noLinkPage(ways), 502) : c.redirect(lead.url, 303);
  };

  routes.get(
    "/",
    entered(async (c, { reader, ways }) => {
      const query = readQuery(c.req.query());
      const index = await console.index(reader, query);
      return index ? fresh(c, String(await indexPage(index, query, ways))) : nothing(c);
    }),
  );
  routes.get(
    "/runs/:id",
    entered(async (c, { reader, ways }) => {
      const run = await console.run(reader, runOf(c));
      return run ? fresh(c, String(await runPage(run, ways))) : nothing(c, ways);
    }),
  );
  routes.get(
    "/runs/:id/thread",
    entered(async (c, { reader, ways }) => leads(c, ways, await console.threadOf(reader, runOf(c)))),
  );
  routes.get(
    "/runs/:id/files/:sha256",
    entered(async (c, { reader, ways }) => {
      const file = await console.file(reader, runOf(c), c.req.param("sha256") ?? "");
      return file ? attachment(c, file) : nothing(c, ways);
    }),
  );
  routes.get(
    "/waits/:id",
    entered(async (c, { reader, ways }) =>
      leads(c, ways, await console.messageOf(reader, c.req.param("id") ?? "")),
    ),
  );
  routes.post(
    "/runs/:id/stop",
    entered(async (c, { reader, ways }) => {
      if (!(await door.isOurs(c))) return c.html(noRunPage(), 403);
      const stopped = await console.stop(reader, runOf(c));
      return stopped ? c.redirect(hrefOf(ways, `/runs/${runOf(c)}`), 303) : nothing(c, ways);
    }),
  );
}

function nothing(c: Door, ways?: ConsoleWays): Response | Promise<Response> {
  return c.html(noRunPage(ways), 404);
}

/** The page, unless the reader has it already. */
function fresh(c: Door, page: string): Response | Promise<Response> {
  const etag = etagOf(page);
  c.header("etag", etag);
  return c.req.header("if-none-match") === etag ? c.body(null, 304) : c.html(page);
}

function runOf(c: Door): string {
  const id = c.req.param("id") ?? "";
  return isConsolePath(consolePath(id)) ? id : "";
}

async function signIn(c: Door, { consent, identities }: WebConnect, path: string): Promise<Response> {
  const form = isConsolePath(path) ? await readForm(c, consent, path) : undefined;
  const identity = identities.find(({ platform }) => platform === c.req.param("platform"));
  if (!form || !identity) return c.html(noRunPage(), 403);
  const url = await beginSignIn(consent, identity, { cookie: cookieOf(c, consent), link: path });
  return c.redirect(url.href, 303);
}

async function signOut(c: Door, { consent }: WebConnect): Promise<Response> {
  if (!(await readForm(c, consent, c.req.path))) return c.html(noRunPage(), 403);
  await forgetBrowser(consent, cookieOf(c, consent));
  return c.redirect(consoleHome, 303);
}
