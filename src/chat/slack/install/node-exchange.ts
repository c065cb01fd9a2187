// A request of ours as the installer's library wants it, and what it answered.

import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** The library speaks Node's HTTP: what it reads is set, what it writes stays in the response's headers. */
export function asNode(request: Request): Exchange {
  const url = new URL(request.url);
  const req = new IncomingMessage(new Socket());
  req.method = request.method;
  req.url = `${url.pathname}${url.search}`;
  req.headers = { host: url.host, cookie: request.headers.get("cookie") ?? "" };
  return { req, res: new ServerResponse(req) };
}

export function cookiesOf(res: ServerResponse): readonly string[] {
  const set = res.getHeader("set-cookie");
  if (set === undefined) return [];
  return Array.isArray(set) ? set : [String(set)];
}
