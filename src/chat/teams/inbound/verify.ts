// Is an activity from the Bot Connector, for this app, in this tenant (ING-4)? The claims are judged by us, the signature,
// the keys and their endorsements by botbuilder.
//
//   VE1  Whatever is wrong, or goes wrong, the answer is no: nothing here throws.
//   VE2  A new signing key is taken up at once, unless keys were fetched within the last minute (SK2). Those that are there stay until
//        newer ones have come.
//   VE3  Without a token only the Agents Playground is let in, where it is switched on, and only to loopback. It is a process of this
//        machine: what a page in a browser sends says where that is from, or names a host that only leads here (rebinding).
//   VE4  A signature that was good is believed for five minutes, since the connector sends one token for many activities; what the token
//        claims is judged each time.
//   VE5  Keys that don't come, or not in time, prove nothing and disprove nothing: what they are for may come again. A message can wait
//        longer for them than somebody's click (T-M4).

import { createHash } from "node:crypto";
import { within } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import { createShortMemory } from "../../short-memory.ts";
import type { TeamsDeps } from "../deps.ts";
import { isLoopbackUrl, type IsAllowed } from "../service-hosts.ts";
import type { Activity } from "./shapes.ts";
import { createSignature, type Signature } from "./signing-keys.ts";
import { issuersFor, readToken, reasonAgainst, type TokenClaims } from "./token-claims.ts";

/** Why it can't be said now (VE5). */
export const unchecked = "unchecked";

/** Undefined where it is genuine, otherwise why it is not, or `unchecked`. */
export type Verify = (headers: Headers, activity: Activity) => Promise<string | undefined>;

const believedMs = 300_000;
const mostBelieved = 1_000;
const clickPatienceMs = 4_000;
/** Teams gives up after 15 s, and there is still a message to be stored. */
const patienceMs = 10_000;

export function createVerify({ settings, clock, log }: TeamsDeps, isService: IsAllowed): Verify {
  const issuers = issuersFor(settings.openIdMetadataUrl);
  const signature = createSignature(() => clock.now(), settings);
  const believed = createShortMemory<TokenClaims>(clock, { ms: believedMs, most: mostBelieved });
  const { appId, tenantId } = settings;
  return async (headers, activity) => {
    const authorization = headers.get("authorization");
    if (authorization === null) return withoutToken(settings, headers, activity);
    if (activity.channelId !== "msteams") return "channel";
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization)?.[1];
    if (token === undefined) return "malformed-token";
    const name = createHash("sha256").update(token).digest("base64url");
    const known = believed.get(name);
    const claims = known ?? readToken(token);
    if (claims === undefined) return "malformed-token";
    const expected = { appId, tenantId, issuers, isService, now: clock.now() };
    const reason = reasonAgainst(claims, activity, expected);
    if (known !== undefined || reason !== undefined) return reason;
    const wrong = await signatureReason(signature, { token, activity, log, clock });
    if (wrong === undefined) believed.set(name, claims);
    return wrong;
  };
}

/** For the Playground (VE3): a service on this machine is told everything without our token. */
function withoutToken(
  { playground }: TeamsDeps["settings"],
  headers: Headers,
  { serviceUrl }: Activity,
): string | undefined {
  if (playground !== true || !isLoopbackUrl(serviceUrl)) return "no-token";
  if (headers.has("origin")) return "browser";
  return isLoopbackUrl(`http://${headers.get("host") ?? ""}`) ? undefined : "host";
}

interface Genuine {
  readonly token: string;
  readonly activity: Activity;
  readonly log: Logger;
  readonly clock: Clock;
}

async function signatureReason(signature: Signature, { token, activity, log, clock }: Genuine) {
  try {
    const ms = activity.type === "invoke" ? clickPatienceMs : patienceMs;
    const outcome = await within(clock, ms, signature(token, activity));
    if (outcome === undefined) throw new Error("the keys did not come in time");
    return outcome === "good" ? undefined : outcome === "bad" ? "signature" : "signing-key";
  } catch (error) {
    log.warn("A token of Teams could not be checked", { reason: errorText(error) });
    return unchecked;
  }
}
