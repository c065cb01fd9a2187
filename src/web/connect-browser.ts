// The browser at the door of a consent: its cookie, the proof that a form is ours, and the headers of what it gets.
//
//   CB1  The cookie is random, for this origin alone, out of reach of scripts and of other sites' requests but links (CON-4).
//   CB2  A form counts from our own origin and with a proof that is bound to cookie and link.

import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { secureHeaders } from "hono/secure-headers";
import type { ConsentDeps } from "../grants/consent-deps.ts";
import { keyedToken, randomToken, sameText } from "../grants/digests.ts";
import type { WebEnv } from "./chat-guard.ts";

type Deps = Pick<ConsentDeps, "base" | "linkKey">;

/** The page may send people on to whatever service the configuration names: form-action follows redirects. */
export const connectHeaders: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: "no-referrer",
  strictTransportSecurity: false, // a proxy in front sets its own
  xFrameOptions: "DENY",
});

export const noStore: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("cache-control", "no-store");
};

function isSecure({ base }: Deps): boolean {
  return base().startsWith("https:");
}

/** Over plain http, which is loopback only, a browser takes no `__Host-` cookie. */
function cookieName(deps: Deps): string {
  return isSecure(deps) ? "__Host-deputy-connect" : `deputy_connect_${new URL(deps.base()).port}`;
}

export function cookieOf(c: Context<WebEnv>, deps: Deps): string {
  return getCookie(c, cookieName(deps)) ?? "";
}

export function giveCookie(c: Context<WebEnv>, deps: Deps, value = randomToken()): string {
  setCookie(c, cookieName(deps), value, {
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    secure: isSecure(deps),
  });
  return value;
}

export function formProof({ linkKey }: Deps, cookie: string, link: string): string {
  return keyedToken(linkKey, "form", cookie, link);
}

/** Our pages send no referrer (CON-3), so browsers say `null` as the origin of their forms, and where those come from elsewhere. */
function isFromUs(c: Context<WebEnv>, { base }: Deps): boolean {
  const origin = c.req.header("origin");
  if (origin === "null") return c.req.header("sec-fetch-site") === "same-origin";
  return origin === new URL(base()).origin;
}

export async function readForm(
  c: Context<WebEnv>,
  deps: Deps,
  link: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const cookie = cookieOf(c, deps);
  if (cookie === "" || !isFromUs(c, deps)) return undefined;
  const body = await c.req.parseBody().catch(() => ({})); // a form that is broken off is none
  const fields = Object.entries(body).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  const form = Object.fromEntries(fields);
  return sameText(form["form"] ?? "", formProof(deps, cookie, link)) ? form : undefined;
}
