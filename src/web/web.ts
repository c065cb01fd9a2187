// The one HTTP server: health, metrics, the local chat, and the doors of other parts.
//
// Owns the socket and the order in which paths are looked at. Reads no body before the path is known, so that doors
// which check signatures get the bytes as they came.

import { once } from "node:events";
import { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { every } from "../base/clock.ts";
import { errorText, isAppError, systemErrorCode } from "../base/errors.ts";
import { isLoopback } from "../net/loopback.ts";
import { type ChatAccess, createChatAccess } from "./access.ts";
import type { WebEnv } from "./chat-guard.ts";
import { type ChatRoutes, createChatRoutes } from "./chat-routes.ts";
import { createConnectRoutes, createLocalConnect } from "./connect-routes.ts";
import { createConsoleRoutes, createLocalConsole } from "./console-routes.ts";
import type { Web, WebDeps } from "./contract.ts";
import { WebError } from "./errors.ts";
import { createMcpRoutes } from "./mcp-routes.ts";
import { createServiceRoutes } from "./service-routes.ts";

/** How long requests under way may take to end at a stop. */
const patienceMs = 3_000;
/** Browsers keep connections open after the last answer. */
const sweepMs = 50;

export function createWeb(deps: WebDeps): Web {
  const { listen, chat, clock, log } = deps;
  let stopping = false;
  let server: Server | undefined;
  let access: ChatAccess | undefined;
  let routes: ChatRoutes | undefined;

  const link = (): string => {
    if (access === undefined || server === undefined)
      throw new Error("The chat has a link only after the start");
    return `${baseUrl(listen.host, portOf(server))}/chat?token=${access.invite()}`;
  };
  return {
    chatLink: link,
    async start() {
      refuseOpenChat(deps);
      let app = new Hono<WebEnv>();
      server = await listenOn((request, env) => app.fetch(request, env), listen);
      const port = portOf(server);
      if (chat !== undefined) {
        access = createChatAccess({
          port,
          ...(listen.publicUrl !== undefined && { publicUrl: listen.publicUrl }),
        });
        routes = createChatRoutes({ chat, access, clock, log });
      }
      app = buildApp(deps, { chat: routes, access }, () => stopping);
      const url = baseUrl(listen.host, port);
      log.info("the web server listens", { url });
      return { url, ...(chat && { chatUrl: link() }) };
    },
    async stop() {
      if (stopping || server === undefined) return;
      stopping = true;
      routes?.streams.endAll();
      const closed = once(server, "close");
      server.close();
      const sweep = every(
        clock,
        sweepMs,
        async () => server?.closeIdleConnections(),
        () => undefined,
      );
      const cancel = clock.after(patienceMs, () => server?.closeAllConnections());
      await closed;
      sweep();
      cancel();
    },
  };
}

function buildApp(
  { mounts = [], metrics, ready, log, connect, console, mcp }: WebDeps,
  { chat, access }: { readonly chat: ChatRoutes | undefined; readonly access: ChatAccess | undefined },
  isStopping: () => boolean,
): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  for (const { path, handler } of mounts) app.all(path, (c) => handler(c.req.raw));
  app.route("/", createServiceRoutes({ ready, metrics, isStopping }));
  if (connect !== undefined) app.route("/", createConnectRoutes(connect));
  if (connect !== undefined && console !== undefined) app.route("/", createConsoleRoutes(connect, console));
  if (mcp !== undefined) app.route("/", createMcpRoutes(mcp));
  if (connect !== undefined && access !== undefined)
    app.route("/chat/connect", createLocalConnect(connect, access));
  if (console !== undefined && access !== undefined)
    app.route("/chat/console", createLocalConsole(access, console));
  if (chat !== undefined) app.route("/chat", chat.routes);
  app.notFound((c) => c.text("There is nothing at this address.\n", 404));
  app.onError((error, c) => {
    const code = isAppError(error) ? error.code : "unforeseen";
    log.error("a web request failed", { path: withoutLink(c.req.path), code, reason: errorText(error) });
    return c.text("Something went wrong inside Deputy. The log says what.\n", 500);
  });
  return app;
}

/** What opens something for one person is in no log (CON-3). */
function withoutLink(path: string): string {
  return path.replace(/(?<=\/connect\/)[^/]+/, ":link");
}

type Fetch = (request: Request, env: WebEnv["Bindings"]) => Response | Promise<Response>;

async function listenOn(fetch: Fetch, { host, port }: WebDeps["listen"]): Promise<Server> {
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false });
  if (!(server instanceof Server)) throw new TypeError("Expected a plain HTTP server");
  try {
    server.listen(port, host);
    await once(server, "listening");
    return server;
  } catch (error) {
    throw cannotListen(error, host, port);
  }
}

function cannotListen(cause: unknown, host: string, port: number): WebError {
  const at = `${host}:${port}`;
  if (systemErrorCode(cause) === "EADDRINUSE") {
    const text = `Could not listen on ${at}: the port is taken. Stop what uses it, or set PORT to another one.`;
    return new WebError("web.port_taken", text, { facts: { port }, cause });
  }
  const text = `Could not listen on ${at}: ${errorText(cause)}. Set HOST to an address of this machine and PORT to a free port above 1023.`;
  return new WebError("web.cannot_listen", text, { facts: { port }, cause });
}

/** Whoever reaches the local chat can play every person in it. */
function refuseOpenChat({ listen, chat }: WebDeps): void {
  if (chat === undefined || chat.openToNetwork === true || isLoopback(listen.host)) return;
  throw new WebError(
    "web.refused_host",
    `Refused to listen on ${listen.host} with the local chat on: other machines could reach it, and whoever does can speak as anybody in it. Set HOST=127.0.0.1. With Slack or Teams set up the local chat is off there, and any HOST will do.`,
    { facts: { host: listen.host } },
  );
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** An address that a browser on this machine can open. */
function baseUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
