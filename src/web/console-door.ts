// Who is at the door of the console, on each of its two ways in, and the headers of what they get.
//
//   CO1  Who looks is known by the sign-in of the consent pages, or by the session of the chat page; asked before anything is read.
//   CO4  What changes something is a form of ours, sent from a page of ours by the one it was made for (CB2, AC3).

import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { localPeople } from "../chat/local/cast.ts";
import type { PersonKey } from "../domain/ids.ts";
import { browserOf } from "../grants/sign-in.ts";
import type { ChatAccess } from "./access.ts";
import type { WebEnv } from "./chat-guard.ts";
import { cookieOf, formProof, giveCookie, readForm } from "./connect-browser.ts";
import type { WebConnect } from "./connect-contract.ts";
import { consoleHome, isConsolePath } from "./console-path.ts";
import { noRunPage, whoPage } from "./console-pages.ts";
import type { ConsoleWays } from "./console-shell.ts";

export type Door = Context<WebEnv>;

export interface Looking {
  readonly reader: PersonKey;
  readonly ways: ConsoleWays;
}

export interface ConsoleDoor {
  /** Who looks and how, or what they get instead. */
  enter(c: Door): Promise<Looking | Response>;
  /** Was this form made for whoever sent it, for this path? */
  isOurs(c: Door): Promise<boolean>;
}

/** Nothing from anywhere else, nothing inline, and forms that stay here. */
export const consoleHeaders: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  overwrite: false, // asking who looks leads to another site
  referrerPolicy: "no-referrer",
  strictTransportSecurity: false, // a proxy in front sets its own
  xFrameOptions: "DENY",
});

const askingPolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self'";

export function signInDoor(connect: WebConnect): ConsoleDoor {
  const { consent } = connect;
  return {
    async enter(c) {
      const cookie = cookieOf(c, consent);
      const reader = await browserOf(consent, cookie);
      if (reader === undefined) return askWho(c, connect, cookie);
      const ways: ConsoleWays = {
        root: consoleHome,
        assets: `${consoleHome}/assets`,
        always: {},
        proof: (path) => formProof(consent, cookie, path),
        signOut: `${consoleHome}/sign-out`,
      };
      return { reader, ways };
    },
    isOurs: async (c) => (await readForm(c, consent, c.req.path)) !== undefined,
  };
}

/** Alike for every page, whatever is there. */
function askWho(c: Door, { consent, identities }: WebConnect, cookie: string): Response | Promise<Response> {
  const { path } = c.req;
  if (path.startsWith(`${consoleHome}/runs/`) && !isConsolePath(path) && !path.endsWith("/thread"))
    return c.html(noRunPage(), 404);
  const back = isConsolePath(path) ? path : consoleHome;
  const held = cookie === "" ? giveCookie(c, consent) : cookie;
  const ways = identities.map(({ platform, title }) => ({ action: `${back}/sign-in/${platform}`, title }));
  c.header("content-security-policy", askingPolicy);
  return c.html(whoPage(ways, formProof(consent, held, back)), 401);
}

/** Whoever uses the chat page is the person whom they play there. */
export function localDoor(access: ChatAccess): ConsoleDoor {
  return {
    async enter(c) {
      const person = localPeople.find(({ id }) => id === c.req.query("as"));
      if (person === undefined) return c.html(noRunPage(), 404);
      const ways: ConsoleWays = {
        root: `/chat${consoleHome}`,
        assets: "/chat/assets",
        always: { as: person.id },
      };
      return { reader: person.key, ways };
    },
    isOurs: async (c) =>
      access.isOurOrigin(c.req.header("origin"), c.req.header("host")) ||
      (c.req.header("origin") === "null" && c.req.header("sec-fetch-site") === "same-origin"),
  };
}
