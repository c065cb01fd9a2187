// The Web API's client, one for each installation, and the only place where a bot token is revealed.
//
// Owns: addresses, time limits, no retries of its own (the outbox repeats), what of its log reaches ours.
// Does not own: pace and meaning of failures (slack-api.ts).
//
//   SC1  Tokens go to Slack's hosts only (SH1), in the header only.
//   SC2  The client's own log holds texts of messages: of it, only the names of calls and its complaints are taken.

import { type FetchFunction, LogLevel, type Logger as SlackLogger, WebClient } from "@slack/web-api";
import type { Logger } from "../../../base/logger.ts";
import { createHttpFetch } from "../../../net/http-fetch.ts";
import type { Installation } from "../installations.ts";
import { slackHosts } from "./slack-hosts.ts";

export interface SlackClients {
  of(installation: Installation): WebClient;
  /** For uploads, which take longer than calls. */
  forUploads(installation: Installation): WebClient;
  /** Whether the token may go there. */
  isSlack(url: URL): boolean;
  /** Fetches a file with the installation's token; redirects are not followed. */
  fetchFile(installation: Installation, url: URL, signal: AbortSignal): Promise<Response>;
}

export interface SlackClientsOptions {
  readonly apiUrl: string;
  readonly log: Logger;
  /** How long one call may take: less than a sender of the outbox lives. */
  readonly callTimeoutMs: number;
  readonly uploadTimeoutMs: number;
}

interface Kept {
  readonly fingerprint: string;
  readonly calls: WebClient;
  readonly uploads: WebClient;
}

const connectTimeoutMs = 5_000;
/** More than Slack takes as one file. */
const mostBytes = 1_100_000_000;
/** Where Slack asks us to slow down without saying for how long. */
const usualRetryAfter = "30";

export function createSlackClients(options: SlackClientsOptions): SlackClients {
  const send = createHttpFetch({ connectTimeoutMs, maxResponseBytes: mostBytes });
  const isSlack = slackHosts(options.apiUrl);
  const logger = slackLogger(options.log);
  const kept = new Map<string, Kept>();
  const checked: FetchFunction = async (input, init) => {
    const url = new URL(input);
    if (!isSlack(url)) throw new ForeignHost(url.host);
    return withRetryAfter(await send(url, init));
  };
  const make = (installation: Installation, timeout: number): WebClient =>
    new WebClient(installation.botToken.reveal(), {
      slackApiUrl: options.apiUrl,
      fetch: checked,
      logger,
      timeout,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
    });
  const find = (installation: Installation): Kept => {
    const fingerprint = installation.botToken.fingerprint();
    const known = kept.get(installation.teamId);
    if (known?.fingerprint === fingerprint) return known;
    const made = {
      fingerprint,
      calls: make(installation, options.callTimeoutMs),
      uploads: make(installation, options.uploadTimeoutMs),
    };
    kept.set(installation.teamId, made);
    return made;
  };
  return {
    isSlack,
    of: (installation) => find(installation).calls,
    forUploads: (installation) => find(installation).uploads,
    async fetchFile(installation, url, signal) {
      if (!isSlack(url)) throw new ForeignHost(url.host);
      const authorization = `Bearer ${installation.botToken.reveal()}`;
      return send(url, { headers: { authorization }, redirect: "manual", signal });
    },
  };
}

/** Slack named a host that is not Slack's: nothing was sent there. */
export class ForeignHost extends Error {
  constructor(host: string) {
    super(`${host} is not a host of Slack; nothing is sent there.`);
    this.name = "ForeignHost";
  }
}

/** The client takes an answer 429 without a time for a bug. */
function withRetryAfter(answer: Response): Response {
  if (answer.status !== 429 || /^\d+$/.test(answer.headers.get("retry-after") ?? "")) return answer;
  const headers = new Headers(answer.headers);
  headers.set("retry-after", usualRetryAfter);
  return new Response(answer.body, { status: answer.status, headers });
}

function slackLogger(log: Logger): SlackLogger {
  const note = (...parts: unknown[]): void =>
    log.debug("Slack's client has a remark", { remark: parts.map(String).join(" ").slice(0, 300) });
  return {
    // SC2
    debug: (...[first]: unknown[]) => {
      if (typeof first === "string" && first.startsWith("apiCall(")) note(first);
    },
    info: note,
    warn: note,
    error: note,
    setLevel: () => undefined,
    getLevel: () => LogLevel.DEBUG,
    setName: () => undefined,
  };
}
