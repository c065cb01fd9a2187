// What a token of the Bot Connector claims, judged before its signature is (ING-4).
//
//   TC1  RS256 and nothing else; issuer in the list of the cloud; audience is our app id, alone; not expired and begun,
//        five minutes of skew at most.
//   TC2  The service URL in the token is the activity's, and its host is one we may send to (A22).
//   TC3  Every tenant that the token or the activity names is the configured one, and one is named.
//   TC4  The token is worth nothing by this file: it says what it would mean if it were genuine.

import { z } from "zod";
import { parseJson } from "../../../base/json.ts";
import { withoutEnding } from "../../../base/without-ending.ts";
import type { IsAllowed } from "../service-hosts.ts";
import type { Activity } from "./shapes.ts";

const Header = z.object({ alg: z.literal("RS256"), kid: z.string().min(1) });
const Claims = z.object({
  iss: z.string(),
  aud: z.string(),
  exp: z.number(),
  nbf: z.number(),
  serviceurl: z.string().min(1),
  tid: z.string().optional(),
});

export type TokenClaims = z.infer<typeof Claims>;

const skewSeconds = 300;
const longestToken = 16_384;

export interface Expected {
  readonly appId: string;
  readonly tenantId: string;
  readonly issuers: readonly string[];
  readonly isService: IsAllowed;
  readonly now: number;
}

/** Why a token with these claims can't be one for this activity; undefined where nothing is against it yet. */
export function reasonAgainst(
  claims: TokenClaims,
  activity: Activity,
  expected: Expected,
): string | undefined {
  const { iss, aud, exp, nbf, serviceurl, tid } = claims;
  const now = expected.now / 1_000;
  if (!expected.issuers.includes(iss)) return "issuer";
  if (aud !== expected.appId) return "audience";
  if (exp + skewSeconds < now) return "expired";
  if (nbf - skewSeconds > now) return "not-yet-valid";
  if (withoutSlash(serviceurl) !== withoutSlash(activity.serviceUrl)) return "service-url";
  if (!expected.isService(activity.serviceUrl)) return "service-host";
  return foreignTenant(tid, activity, expected.tenantId);
}

function foreignTenant(tid: string | undefined, activity: Activity, tenantId: string): string | undefined {
  const named = [tid, ...tenantsOf(activity)].filter((one) => one !== undefined);
  const same = named.length > 0 && named.every((one) => one.toLowerCase() === tenantId.toLowerCase());
  return same ? undefined : "tenant";
}

/** Every tenant that an activity says it is of. */
export function tenantsOf({ conversation, channelData }: Activity): readonly (string | undefined)[] {
  return [conversation.tenantId, channelData?.tenant?.id];
}

/** The issuer of the connector's tokens in the cloud that the keys come from. */
export function issuersFor(metadataUrl: string): readonly string[] {
  const { hostname } = new URL(metadataUrl);
  if (hostname.endsWith(".azure.us")) return ["https://api.botframework.us"];
  if (hostname.endsWith(".azure.cn")) return ["https://api.botframework.azure.cn"];
  return ["https://api.botframework.com"];
}

/** Undefined where it is none that could be ours. */
export function readToken(token: string): TokenClaims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3 || parts[2] === "" || token.length > longestToken) return undefined;
  const [header, claims] = parts
    .slice(0, 2)
    .map((part) => parseJson(Buffer.from(part, "base64url").toString()));
  return Header.safeParse(header?.value).success ? Claims.safeParse(claims?.value).data : undefined;
}

export function withoutSlash(url: string): string {
  return withoutEnding(url, "/");
}
