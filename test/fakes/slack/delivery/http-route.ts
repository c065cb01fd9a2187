// Deliveries as signed POSTs to the app's request URL.

import { parsed } from "../shape.ts";
import type { World } from "../state/world.ts";
import type { FakeDelivery, RawDelivery } from "../types.ts";
import type { Outcome, Retry, Route } from "./deliverer.ts";
import { signatureOf } from "./signature.ts";

export interface HttpRoute extends Route {
  raw(raw: RawDelivery): Promise<{ readonly status: number; readonly body: string }>;
}

export function createHttpRoute(
  world: World,
  target: () => string,
  { secret, ackTimeoutMs }: { readonly secret: string; readonly ackTimeoutMs: number },
): HttpRoute {
  const post = async (raw: RawDelivery, signal?: AbortSignal): Promise<Response> => {
    const seconds = raw.signedAt ?? Math.floor(world.clock.now() / 1000);
    return fetch(target(), {
      method: "POST",
      headers: {
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        accept: "*/*",
        "content-type": raw.contentType ?? "application/json",
        "x-slack-request-timestamp": String(seconds),
        "x-slack-signature": signatureOf(raw.body, seconds, raw.secret ?? secret),
        ...raw.headers,
      },
      body: typeof raw.body === "string" ? raw.body : new Uint8Array(raw.body),
      redirect: "manual",
      ...(signal ? { signal } : {}),
    });
  };
  return {
    async attempt(delivery, retry) {
      const abort = new AbortController();
      const cancel = world.clock.after(ackTimeoutMs, () => abort.abort());
      try {
        const response = await post(requestFor(delivery, retry), abort.signal);
        return await outcomeOf(response);
      } catch {
        const failure = abort.signal.aborted ? "http_timeout" : "connection_failed";
        return { status: undefined, body: undefined, failure };
      } finally {
        cancel();
      }
    },
    async raw(raw) {
      const response = await post(raw);
      return { status: response.status, body: await response.text() };
    },
  };
}

async function outcomeOf(response: Response): Promise<Outcome> {
  const text = await response.text();
  return {
    status: response.status,
    body: parsed(text) ?? text,
    failure: response.ok ? undefined : "http_error",
    noRetry: response.headers.get("x-slack-no-retry") === "1",
  };
}

function requestFor(delivery: FakeDelivery, retry: Retry): RawDelivery {
  if (delivery.kind === "events_api") {
    const headers = retry.num === 0 ? {} : retryHeaders(retry);
    return { body: JSON.stringify(delivery.payload), headers };
  }
  const form = new URLSearchParams();
  if (delivery.kind === "interactive") form.set("payload", JSON.stringify(delivery.payload));
  else for (const [name, value] of Object.entries(delivery.payload)) form.set(name, String(value));
  return { body: form.toString(), contentType: "application/x-www-form-urlencoded" };
}

function retryHeaders({ num, reason }: Retry): Readonly<Record<string, string>> {
  return { "x-slack-retry-num": String(num), "x-slack-retry-reason": reason ?? "unknown_error" };
}
