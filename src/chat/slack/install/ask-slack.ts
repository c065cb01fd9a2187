// The few questions of installing: whose token is this, and which workspaces does it reach?
//
// Owns: their translation into our words. Does not own: anything that posts (outbound/).
//
//   AS1  A token that Slack refuses is `chat.refused`; whatever may work later is `chat.unavailable`.
//   AS2  Nothing is asked twice in silence: the client's own retries are off.

import {
  type Logger,
  LogLevel,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from "@slack/web-api";
import type { Secret } from "../../../base/secret.ts";
import { ChatError } from "../../errors.ts";

/** What a bot token stands for. */
export interface TokenOwner {
  readonly team: string;
  readonly enterprise?: string;
  /** Installed for all of the organisation; `team` is then the organisation. */
  readonly orgWide: boolean;
  readonly botUser: string;
  readonly botId: string;
  readonly appId?: string;
  readonly scopes: readonly string[];
}

const timeoutMs = 10_000;

export async function askOwner(apiUrl: string, token: Secret): Promise<TokenOwner> {
  const answer = await asked(() => clientOf(apiUrl, token).auth.test());
  const { user_id: botUser, bot_id: botId, team_id: team, enterprise_id: enterprise, app_id: appId } = answer;
  if (botId === undefined || botUser === undefined || team === undefined)
    throw new ChatError("chat.refused", "The token is no bot token. Take the one that begins with xoxb-.", {
      fate: "refused",
    });
  const orgWide = answer.is_enterprise_install === true;
  return {
    team: orgWide ? (enterprise ?? team) : team,
    ...(enterprise === undefined ? {} : { enterprise }),
    orgWide,
    botUser,
    botId,
    ...(appId === undefined ? {} : { appId }),
    scopes: answer.response_metadata?.scopes ?? [],
  };
}

/** Ids of the workspaces that an app of the whole organisation was added to. */
export async function askWorkspaces(apiUrl: string, token: Secret): Promise<readonly string[]> {
  const client = clientOf(apiUrl, token);
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await asked(() =>
      client.auth.teams.list({ limit: 1_000, ...(cursor === undefined ? {} : { cursor }) }),
    );
    ids.push(...(page.teams ?? []).flatMap(({ id }) => (id === undefined ? [] : [id])));
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return ids;
}

/** Asks for a socket and does not use it. Rejects where the app token is not good. */
export async function askSocket(apiUrl: string, appToken: Secret): Promise<void> {
  await asked(() => clientOf(apiUrl, appToken).apps.connections.open({}));
}

/** The token of an installation that we refuse is worth nothing to anybody. Never rejects. */
export async function giveBack(apiUrl: string, token: Secret): Promise<boolean> {
  try {
    await asked(() => clientOf(apiUrl, token).auth.revoke());
    return true;
  } catch {
    return false; // it was refused anyway; the caller logs that it lives on
  }
}

/** For clients that are made elsewhere in this folder, by @slack/oauth too. */
export function clientOptions(apiUrl: string): Omit<WebClientOptions, "logLevel" | "logger"> {
  return {
    slackApiUrl: `${apiUrl}/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    allowAbsoluteUrls: false,
  };
}

/** The SDK's own lines repeat what our errors say, and may hold more than a log should. */
export const noSdkLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

function clientOf(apiUrl: string, token: Secret): WebClient {
  return new WebClient(token.reveal(), { ...clientOptions(apiUrl), logger: noSdkLog });
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw translated(error);
  }
}

const deadTokens = new Set([
  "account_inactive",
  "invalid_auth",
  "not_allowed_token_type",
  "not_authed",
  "org_login_required",
  "team_access_not_granted",
  "token_expired",
  "token_revoked",
]);

function translated(error: unknown): ChatError {
  if (error instanceof WebAPIPlatformError && deadTokens.has(error.data.error)) {
    return new ChatError("chat.refused", `Slack refuses the token (${error.data.error}).`, {
      fate: "refused",
      facts: { reason: error.data.error },
    });
  }
  if (error instanceof WebAPIPlatformError) {
    return new ChatError("chat.bad_request", `Slack refused the question (${error.data.error}).`, {
      fate: "refused",
      facts: { reason: error.data.error },
    });
  }
  if (error instanceof WebAPIRateLimitedError) {
    const retry = { kind: "after", ms: error.retryAfter * 1_000 } as const;
    return new ChatError("chat.rate_limited", "Slack is asked too often.", { fate: "refused", retry });
  }
  return new ChatError("chat.unavailable", "Slack could not be reached.", {
    fate: "refused",
    retry: { kind: "backoff" },
    cause: error,
  });
}
