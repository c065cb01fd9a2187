// The connector's REST interface (v3), called with the app's token. What is sent is our JSON as it is.
//
//   CN1  The token goes to allowed service hosts only, whatever a stored reference says, and no redirect is followed (A22).
//   CN2  Every call has a turn in its conversation (T-M7) and an end.
//   CN3  412 is tried again here at once, and 502 where twice is once; 401 with a new token. The rest is up to the gateway.

import { pause } from "../../../base/abort.ts";
import { parseJson } from "../../../base/json.ts";
import { ChatError } from "../../errors.ts";
import { NetError } from "../../../net/errors.ts";
import type { TeamsDeps } from "../deps.ts";
import type { IsAllowed } from "../service-hosts.ts";
import type { Pace } from "./pace.ts";
import { fromAnswer, fromFailure, retryMs } from "./teams-errors.ts";
import type { Tokens } from "./token.ts";

export interface ConnectorCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly serviceUrl: string;
  /** Under `v3/`, its parts encoded already. */
  readonly path: string;
  readonly body?: unknown;
  /** Whose turn it takes; reads take none. */
  readonly conversation?: string | undefined;
  /** For errors and logs. */
  readonly what: string;
  /** Tried once, now, and given up after this long: for what may be lost. */
  readonly onceWithinMs?: number;
}

export interface Connector {
  /** What Teams answered, if it is a JSON object. Rejects with `ChatError`. */
  call(call: ConnectorCall): Promise<Readonly<Record<string, unknown>>>;
  /** The app's token was refused the last time. */
  refused(): boolean;
}

export interface ConnectorDeps extends Pick<TeamsDeps, "fetch" | "clock"> {
  readonly isService: IsAllowed;
  readonly tokens: Tokens;
  readonly pace: Pace;
  readonly timeoutMs: number;
  /** From 0 to 1: so that processes that were refused together don't come back together (T-M7). */
  readonly spread: () => number;
}

const apartMs = 500;
const mostTries = 3;
const firstWaitMs = 200;

export function createConnector(deps: ConnectorDeps): Connector {
  const { isService, tokens, pace, clock, spread } = deps;
  let refused = false;
  const attempt = async (call: ConnectorCall): Promise<Answer> => {
    if (call.conversation !== undefined) await pace.take(call.conversation, call.onceWithinMs !== undefined);
    return send(deps, call);
  };
  return {
    refused: () => refused,
    async call(call) {
      if (!isService(call.serviceUrl)) throw foreign(call);
      const repeatable = call.method !== "POST";
      for (let tried = 1; ; tried += 1) {
        const answer = await attempt(call);
        const { status, body } = answer;
        refused = status === 401;
        if (status >= 200 && status < 300) return body;
        const waitMs = retryMs(answer.retryAfter, clock.now()) + Math.floor(spread() * apartMs);
        if (status === 429 && call.conversation !== undefined) pace.close(call.conversation, waitMs);
        if (status === 401) tokens.drop();
        const isOnce = call.onceWithinMs !== undefined;
        if (isOnce || tried >= mostTries || !isWorthwhile(status, repeatable, tried))
          throw fromAnswer({ status, body, waitMs }, { what: call.what, repeatable });
        await pause(clock, firstWaitMs * tried * (1 + spread()));
      }
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfter: string | null;
}

async function send(deps: ConnectorDeps, call: ConnectorCall): Promise<Answer> {
  const { method, serviceUrl, path, body, what, onceWithinMs } = call;
  const token = await deps.tokens.take(serviceUrl);
  try {
    const answer = await deps.fetch(`${serviceUrl.replace(/\/+$/, "")}/v3/${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(token && { authorization: `Bearer ${token.reveal()}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(onceWithinMs ?? deps.timeoutMs),
    });
    const value = parseJson(await answer.text())?.value;
    return {
      status: answer.status,
      body: typeof value === "object" && value !== null ? { ...value } : {},
      retryAfter: answer.headers.get("retry-after"),
    };
  } catch (error) {
    throw fromFailure(error, !neverLeft(error), { what, repeatable: method !== "POST" });
  }
}

function isWorthwhile(status: number, repeatable: boolean, tried: number): boolean {
  if (status === 412) return true;
  if (status === 401) return tried === 1;
  return repeatable && (status === 502 || status === 504);
}

const unmade = new Set(["ECONNREFUSED", "ENOTFOUND", "ENODATA", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function neverLeft(error: unknown): boolean {
  if (!(error instanceof NetError)) return false;
  const errno = error.facts["errno"];
  return (
    error.code === "net.blocked" ||
    error.code === "net.bad_url" ||
    (typeof errno === "string" && unmade.has(errno))
  );
}

function foreign({ what }: ConnectorCall): ChatError {
  return new ChatError(
    "chat.refused",
    `${what} was not sent: its service URL is on no host of TEAMS_SERVICE_HOSTS.`,
    { fate: "refused", noPlace: true },
  );
}
