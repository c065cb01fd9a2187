// Whether Microsoft knows the app, and its keys can be had: for `deputy doctor`.

import { systemClock } from "../../base/clock.ts";
import { errorText } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { createHttpFetch } from "../../net/http-fetch.ts";
import { createTokens } from "./outbound/token.ts";

export interface Diagnosis {
  readonly id: string;
  readonly status: "pass" | "fail";
  readonly observed: string;
  readonly fix?: string;
}

export interface Registration {
  readonly appId: string;
  readonly appPassword: Secret | undefined;
  readonly tenantId: string;
  readonly loginUrl: string;
}

const fetch = createHttpFetch({ connectTimeoutMs: 10_000, maxResponseBytes: 1_000_000 });

export async function diagnoseToken(registration: Registration): Promise<Diagnosis> {
  const settings = { ...registration, openIdMetadataUrl: "", serviceHosts: [] };
  try {
    await createTokens({ settings, fetch, clock: systemClock }).take(registration.loginUrl);
    return { id: "token", status: "pass", observed: "Microsoft gives the app a token for this tenant" };
  } catch (error) {
    const fix = "Make a new client secret in Entra ID (it expires), and check the three TEAMS_ settings.";
    return { id: "token", status: "fail", observed: errorText(error), fix };
  }
}

export async function diagnoseKeys(openIdMetadataUrl: string): Promise<Diagnosis> {
  try {
    const answer = await fetch(openIdMetadataUrl, { signal: AbortSignal.timeout(10_000) });
    const metadata: unknown = await answer.json();
    const good = typeof metadata === "object" && metadata !== null && "jwks_uri" in metadata;
    if (answer.ok && good)
      return { id: "keys", status: "pass", observed: "the keys that messages are signed with can be had" };
    throw new Error(`HTTP ${answer.status}`);
  } catch (error) {
    const observed = `the keys of the Bot Framework can't be had: ${errorText(error)}`;
    return { id: "keys", status: "fail", observed, fix: "Let this server reach TEAMS_OPENID_METADATA_URL." };
  }
}
