// Who may use the local chat page: whoever opened the link that Deputy printed, in the browser they opened it in.
//
//   AC1  A link works once. It becomes a session cookie that scripts cannot read and other sites cannot send.
//   AC2  Requests name a host that is ours, so a foreign name that points at this machine gets nothing (rebinding).
//   AC3  Writes come from a page of our own origin.

import { createHash, randomBytes } from "node:crypto";
import { isLoopback } from "../net/loopback.ts";
import { parseUrl } from "./parse-url.ts";

export interface ChatAccess {
  readonly cookie: string;
  /** A new one-time token. */
  invite(): string;
  /** The session that the token opens; `undefined` for a token that is unknown or was used. */
  redeem(token: string): string | undefined;
  isSession(session: string | undefined): boolean;
  isOurHost(host: string | undefined): boolean;
  isOurOrigin(origin: string | undefined, host: string | undefined): boolean;
  /** Was the page asked for over HTTPS, as far as the settings tell? */
  isSecure(host: string | undefined): boolean;
}

export interface AccessOptions {
  readonly port: number;
  /** Where the outside reaches this server, if it does. */
  readonly publicUrl?: string;
}

export function createChatAccess({ port, publicUrl }: AccessOptions): ChatAccess {
  const tokens = new Set<string>();
  const sessions = new Set<string>();
  const outside = publicUrl === undefined ? undefined : new URL(publicUrl);
  const isOurHost = (host: string | undefined): boolean => {
    if (host === undefined) return false;
    return host === outside?.host || isLoopback(parseUrl(`http://${host}`)?.hostname ?? "");
  };
  return {
    cookie: `deputy_chat_${port}`, // browsers share cookies between the ports of a host
    invite() {
      const token = randomBytes(32).toString("base64url");
      tokens.add(digest(token));
      return token;
    },
    redeem(token) {
      if (!tokens.delete(digest(token))) return undefined;
      const session = randomBytes(32).toString("base64url");
      sessions.add(digest(session));
      return session;
    },
    isSession: (session) => session !== undefined && sessions.has(digest(session)),
    isOurHost,
    isSecure: (host) => outside?.protocol === "https:" && host === outside.host,
    isOurOrigin(origin, host) {
      if (origin === undefined || !isOurHost(host)) return false;
      return origin === `http://${host}` || (origin === outside?.origin && host === outside.host);
    },
  };
}

/** What is compared is a digest: equal or not takes the same time, and memory holds no secret. */
function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
