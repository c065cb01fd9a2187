// Is an activity from the Bot Connector, for this app, in this tenant (ING-4)? The claims are judged by us, the signature,
// the keys and their endorsements by botbuilder.
//
//   VE1  Whatever is wrong, or goes wrong, the answer is no: nothing here throws.
//   VE2  A new signing key is taken up within a minute: botbuilder itself would wait for up to an hour.
//   VE3  Without a token only the Agents Playground is let in, where it is switched on, and only to loopback.
//   VE4  A signature that was good is believed for five minutes, since the connector sends one token for many activities; what the token
//        claims is judged each time.
//   VE5  Keys that don't come in time are no keys: somebody's click waits for the answer (T-M4).

import { createHash } from "node:crypto";
import { within } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import { createShortMemory } from "../../short-memory.ts";
import type { TeamsDeps } from "../deps.ts";
import { isLoopbackUrl, type IsAllowed } from "../service-hosts.ts";
import { type BotFramework, openBotFramework } from "./bot-framework.ts";
import type { Activity } from "./shapes.ts";
import { issuersFor, readToken, reasonAgainst, type TokenClaims } from "./token-claims.ts";

/** Undefined where it is genuine, otherwise why it is not. */
export type Verify = (authorization: string | null, activity: Activity) => Promise<string | undefined>;

const renewMs = 60_000;
const believedMs = 300_000;
const mostBelieved = 1_000;
const patienceMs = 4_000;

export function createVerify({ settings, clock, log }: TeamsDeps, isService: IsAllowed): Verify {
  const issuers = issuersFor(settings.openIdMetadataUrl);
  const framework = keptFresh(() => clock.now(), settings);
  const believed = createShortMemory<TokenClaims>(clock, { ms: believedMs, most: mostBelieved });
  const { appId, tenantId } = settings;
  return async (authorization, activity) => {
    if (authorization === null) return withoutToken(settings, activity);
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
    const wrong = await signatureReason(framework, { token, activity, log, clock });
    if (wrong === undefined) believed.set(name, claims);
    return wrong;
  };
}

/** For the Playground: a service on this machine is told everything without our token. */
function withoutToken({ playground }: TeamsDeps["settings"], { serviceUrl }: Activity): string | undefined {
  return playground === true && isLoopbackUrl(serviceUrl) ? undefined : "no-token";
}

interface Genuine {
  readonly token: string;
  readonly activity: Activity;
  readonly log: Logger;
  readonly clock: Clock;
}

type Outcome = "good" | "bad" | "unknown-key";

async function signatureReason(framework: Framework, { token, activity, log, clock }: Genuine) {
  const check = async (fresh: boolean): Promise<Outcome> => {
    const botFramework = await framework(fresh);
    return botFramework === undefined ? "unknown-key" : botFramework.verify(`Bearer ${token}`, activity);
  };
  const checked = async (): Promise<Outcome> => {
    const first = await check(false);
    return first === "unknown-key" ? check(true) : first;
  };
  try {
    const outcome = await within(clock, patienceMs, checked());
    if (outcome === undefined) throw new Error("the keys did not come in time");
    return outcome === "good" ? undefined : outcome === "bad" ? "signature" : "signing-key";
  } catch (error) {
    log.warn("A token of Teams could not be checked", { reason: errorText(error) });
    return "unchecked";
  }
}

/** `fresh`: one that looks for new keys, or undefined if that was done just now (VE2). */
type Framework = (fresh: boolean) => Promise<BotFramework | undefined>;

function keptFresh(now: () => number, settings: TeamsDeps["settings"]): Framework {
  let turn = 0;
  let renewedAt = -Infinity;
  let current: Promise<BotFramework> | undefined;
  return async (fresh) => {
    if (fresh) {
      if (now() - renewedAt < renewMs) return undefined;
      renewedAt = now();
      turn += 1;
      current = undefined;
    }
    current ??= openBotFramework(settings, turn);
    return current;
  };
}
