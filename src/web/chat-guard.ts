// The checks before every request to the local chat (AC1 to AC3), and the headers after it.

import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import type { ChatAccess } from "./access.ts";

export interface WebEnv {
  Bindings: HttpBindings | Http2Bindings;
}

/** Everything from our own origin, nothing inline (ux f.1). */
export const pageHeaders: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    objectSrc: ["'none'"],
  },
  overwrite: false, // a door may be stricter
  referrerPolicy: "no-referrer",
  strictTransportSecurity: false, // local pages are plain HTTP; a proxy in front sets its own
  xFrameOptions: "DENY",
});

/** AC2, for every door that trusts where a request comes from. */
export function ourHostOnly(access: ChatAccess): MiddlewareHandler {
  return async (c, next) => {
    if (access.isOurHost(c.req.header("host"))) return next();
    return c.text("This page answers under its own address only. Open the link that Deputy printed.\n", 403);
  };
}

/** AC3: anything but reading. */
export function ourOriginOnly(access: ChatAccess): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === "GET" || c.req.method === "HEAD") return next();
    if (access.isOurOrigin(c.req.header("origin"), c.req.header("host"))) return next();
    return c.json({ error: "This was not sent from the chat page. Reload the page and try again." }, 403);
  };
}

/** AC1, for the data behind the page. */
export function sessionOnly(access: ChatAccess): MiddlewareHandler {
  return async (c, next) => {
    if (access.isSession(getCookie(c, access.cookie))) return next();
    return c.json({ error: "This session is over. Open the link that Deputy printed again." }, 401);
  };
}
