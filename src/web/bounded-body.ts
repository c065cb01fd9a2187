// A request's body, no larger than its door takes. Read here where its length is not announced: Hono's own limit would make a Request
// of the server's one then, which Node refuses.

import type { Context, MiddlewareHandler } from "hono";
import { readBounded } from "../chat/request-body.ts";
import type { WebEnv } from "./chat-guard.ts";

type Refuse = (c: Context<WebEnv>) => Response;

const tooLarge: Refuse = (c) => c.text("The request is too large.\n", 413);

export function boundedBody(mostBytes: number, refuse: Refuse = tooLarge): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const { raw } = c.req;
    const announced = raw.headers.get("content-length");
    if (announced !== null) return Number(announced) > mostBytes ? refuse(c) : next();
    if (!raw.body) return next();
    const body = await readBounded(raw, mostBytes);
    if (body === undefined) return refuse(c);
    c.req.raw = new Request(raw.url, { method: raw.method, headers: [...raw.headers], body });
    return next();
  };
}
