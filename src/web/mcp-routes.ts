// The door at `/mcp`: a resource server (RFC 6750, 9728) in front of tools that other agents and IDEs call for a person.
//
//   MR1  Nothing is read or done for a request before its token is known to be good: signature, issuer, audience, time. The token is
//        in the header alone, and goes no further than this file.
//   MR2  A request from a page of another origin is refused (rebinding), whatever its token.
//   MR3  One person has a pace, and a number of requests at once. Sessions there are none (MS1).
//   MR4  What is refused is on record as `ingress.rejected`, without the token and without its claims.

import { type Context, Hono } from "hono";
import { isAppError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { readBounded } from "../chat/request-body.ts";
import type { Bearer } from "../grants/bearer-tokens.ts";
import { createCallerPace } from "./caller-pace.ts";
import type { WebEnv } from "./chat-guard.ts";
import type { WebMcp } from "./mcp-contract.ts";
import { writingTools } from "./mcp-tools.ts";

type Door = Context<WebEnv>;

const path = "/mcp";
const metadataPath = "/.well-known/oauth-protected-resource";

export function createMcpRoutes(mcp: WebMcp): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  const pace = createCallerPace(mcp.clock);
  for (const at of [metadataPath, `${metadataPath}${path}`]) routes.get(at, (c) => c.json(metadata(mcp)));
  routes.use(path, async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });
  routes.all(path, async (c) => {
    const origin = c.req.header("origin");
    if (origin !== undefined && origin !== new URL(mcp.base()).origin)
      return refuse(
        mcp,
        "origin",
        c.json(problem("This address is not for web pages of other origins."), 403),
      );
    const bearer = await bearerOf(c, mcp);
    if (bearer instanceof Response) return bearer;
    const entry = pace.enter(bearer.person);
    if (entry.kind === "full") {
      c.header("retry-after", String(entry.retrySeconds));
      return refuse(mcp, "pace", c.json(problem("Too many requests of this person. Wait a moment."), 429));
    }
    return entry.during(() => serve(c, mcp, bearer));
  });
  return routes;
}

function metadata({ base, issuer, scopes }: WebMcp): object {
  return {
    resource: `${base()}${path}`,
    authorization_servers: [issuer],
    scopes_supported: [...new Set([scopes.read, scopes.write])],
    bearer_methods_supported: ["header"],
    resource_name: "Deputy",
  };
}

/** MR1. */
async function bearerOf(c: Door, mcp: WebMcp): Promise<Bearer | Response> {
  const token = /^Bearer +([\w~+/.=-]+) *$/iu.exec(c.req.header("authorization") ?? "")?.[1];
  if (token === undefined) return refuse(mcp, "token:none", challenge(c, mcp, 401));
  const verdict = await mcp.check(token);
  switch (verdict.kind) {
    case "valid":
      return verdict.bearer;
    case "refused":
      return refuse(mcp, `token:${verdict.why}`, challenge(c, mcp, 401, { error: "invalid_token" }));
    case "unavailable":
      c.header("retry-after", "10");
      return c.json(
        problem("Whether this token is good can't be said at the moment. Try again in a while."),
        503,
      );
    default:
      return verdict satisfies never;
  }
}

async function serve(c: Door, mcp: WebMcp, bearer: Bearer): Promise<Response> {
  if (c.req.method !== "POST") {
    c.header("allow", "POST");
    return c.json(problem("Send each message in a POST: there is no stream to listen to."), 405);
  }
  const raw = await readBounded(c.req.raw);
  if (raw === undefined) return refuse(mcp, "size", c.json(problem("The request is too large."), 413));
  const body = parseJson(raw.toString("utf8"))?.value;
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return c.json(problem("Expected one JSON-RPC message."), 400);
  const needed = scopeFor(body, mcp);
  if (!bearer.scopes.has(needed))
    return refuse(mcp, "scope", challenge(c, mcp, 403, { error: "insufficient_scope", scope: needed }));
  try {
    const answer = await mcp.caller(bearer);
    if (answer.kind === "served") return await mcp.answer(answer.caller, c.req.raw, body);
    return refuse(mcp, `person:${answer.why}`, c.json(problem(answer.text), 403));
  } catch (error) {
    if (!isAppError(error) || error.retry.kind === "never") throw error;
    c.header("retry-after", "10");
    return c.json(problem("Who this is can't be looked up at the moment. Try again in a while."), 503);
  }
}

/** By what is called; whatever is not a tool that writes only reads. */
function scopeFor(message: object, { scopes }: WebMcp): string {
  const params: unknown = "params" in message ? message.params : undefined;
  const name = typeof params === "object" && params !== null && "name" in params ? params.name : undefined;
  const isCall = "method" in message && message.method === "tools/call";
  return isCall && typeof name === "string" && writingTools.has(name) ? scopes.write : scopes.read;
}

interface Challenge {
  readonly error?: string;
  readonly scope?: string;
}

function challenge(c: Door, mcp: WebMcp, status: 401 | 403, { error, scope }: Challenge = {}): Response {
  const { base, scopes } = mcp;
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    `scope="${scope ?? [...new Set([scopes.read, scopes.write])].join(" ")}"`,
    `resource_metadata="${base()}${metadataPath}${path}"`,
  ];
  c.header("www-authenticate", `Bearer ${parts.join(", ")}`);
  return c.json(
    problem(status === 401 ? "A token is needed for this address." : "The token has not the scope for this."),
    status,
  );
}

function refuse(mcp: WebMcp, why: string, response: Response): Response {
  mcp.rejected(why);
  return response;
}

/** As JSON-RPC has it where no id is known. */
function problem(message: string): object {
  return { jsonrpc: "2.0", id: null, error: { code: -32_000, message } };
}
