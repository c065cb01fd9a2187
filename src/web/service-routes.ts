// Health and metrics: for the machines that look after this one.

import { timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { isLoopback } from "../net/loopback.ts";
import type { WebEnv } from "./chat-guard.ts";
import type { Readiness, WebMetrics } from "./contract.ts";

export interface ServiceRoutesDeps {
  readonly ready: () => Promise<Readiness>;
  readonly isStopping: () => boolean;
  readonly metrics: WebMetrics | undefined;
}

export function createServiceRoutes({ ready, isStopping, metrics }: ServiceRoutesDeps): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  routes.get("/healthz", (c) => c.json({ ok: true }));
  routes.get("/readyz", async (c) => {
    if (isStopping()) return c.json({ ok: false }, 503);
    const { ok, checks } = await ready();
    return c.json({ ok, ...(isThisMachine(c) && { checks }) }, ok ? 200 : 503); // no detail to strangers
  });
  if (metrics === undefined) return routes;
  routes.get("/metrics", async (c) => {
    if (!mayRead(c, metrics)) {
      return c.text(
        "Metrics are for this machine, or for whoever sends METRICS_TOKEN as a bearer token.\n",
        403,
      );
    }
    return c.text(await metrics.text(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  return routes;
}

function mayRead(c: Context<WebEnv>, { token }: WebMetrics): boolean {
  if (token === undefined) return isThisMachine(c);
  const given = Buffer.from(c.req.header("authorization") ?? "");
  const expected = Buffer.from(`Bearer ${token.reveal()}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** By the socket and by the name asked for: neither a proxy on this machine nor a rebound name counts. */
function isThisMachine(c: Context<WebEnv>): boolean {
  const address = c.env.incoming.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  const forwarded = c.req.header("x-forwarded-for") ?? c.req.header("forwarded");
  return isLoopback(address) && forwarded === undefined && isLoopback(new URL(c.req.url).hostname);
}
