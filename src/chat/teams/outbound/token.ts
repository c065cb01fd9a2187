// The app's token for the connector, from the login service (client credentials). Kept until five minutes before its end.
//
//   TK1  It is asked for once at a time, at the configured address, and goes nowhere but where connector.ts sends it; and not to the
//        Agents Playground, which anybody on this machine could say to be.

import { z } from "zod";
import { errorText } from "../../../base/errors.ts";
import { Secret } from "../../../base/secret.ts";
import { ChatError } from "../../errors.ts";
import type { TeamsDeps } from "../deps.ts";
import { isLoopbackUrl } from "../service-hosts.ts";

export interface Tokens {
  /** For a call to that address. Undefined where none is to be sent (TK1), or the app has no password. */
  take(to: string): Promise<Secret | undefined>;
  /** It was refused: the next one is asked for anew. */
  drop(): void;
  /** The last thing that the login service said against us, until it gives a token. */
  refused(): string | undefined;
}

const Answer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number() });
const marginMs = 300_000;
const timeoutMs = 10_000;
const scope = "https://api.botframework.com/.default";
const usScope = "https://api.botframework.us/.default";

export function createTokens({
  settings,
  fetch,
  clock,
}: Pick<TeamsDeps, "settings" | "fetch" | "clock">): Tokens {
  const { appId, appPassword, tenantId, loginUrl, playground } = settings;
  let kept: { readonly token: Secret; readonly until: number } | undefined;
  let asking: Promise<Secret> | undefined;
  let refusal: string | undefined;

  const ask = async (password: Secret): Promise<Secret> => {
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: appId,
      client_secret: password.reveal(),
      scope: new URL(loginUrl).hostname.endsWith(".us") ? usScope : scope,
    }).toString();
    const answer = await fetch(`${loginUrl}/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw failure(errorText(error), true, error);
    });
    const read = Answer.safeParse(await answer.json().catch(() => undefined)).data;
    if (answer.status !== 200 || read === undefined) {
      refusal = `The login service answers ${answer.status}`;
      throw failure(`it answers ${answer.status}`, answer.status >= 500 || answer.status === 429);
    }
    refusal = undefined;
    const token = new Secret(read.access_token);
    kept = { token, until: clock.now() + read.expires_in * 1_000 - marginMs };
    return token;
  };
  return {
    async take(to) {
      if (appPassword === undefined || (playground === true && isLoopbackUrl(to))) return undefined;
      if (kept && kept.until > clock.now()) return kept.token;
      asking ??= ask(appPassword).finally(() => {
        asking = undefined;
      });
      return asking;
    },
    drop() {
      kept = undefined;
    },
    refused: () => refusal,
  };
}

function failure(why: string, later: boolean, cause?: unknown): ChatError {
  return new ChatError(
    later ? "chat.unavailable" : "chat.refused",
    `No token for Teams: ${why}. ${later ? "It is tried again." : "Check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID."}`,
    { fate: "refused", retry: { kind: "backoff" }, cause },
  );
}
