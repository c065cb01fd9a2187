// Microsoft's library, for one thing: whether a token's signature is good, by keys that it fetches and keeps. It is
// loaded when the platform starts, since that takes most of a second; no type of it leaves this file.

import type { TeamsSettings } from "../deps.ts";
import type { Activity } from "./shapes.ts";
import { issuersFor } from "./token-claims.ts";
import { unprinted } from "./unprinted.ts";

export interface BotFramework {
  /** Rejects where the keys could not be had. */
  verify(authorization: string, activity: Activity): Promise<"good" | "bad" | "unknown-key">;
}

/**
 * The library keeps the keys by their address for as long as the process lives, so addresses are few. At one a minute the first comes
 * again after an hour and a half: of keys that old the library asks for an unknown one anew.
 */
const mostTurns = 90;

/** So that the first delivery does not wait for it. */
export async function loadBotFramework(): Promise<void> {
  await import("botbuilder");
}

/** Another `turn` has keys of its own, fetched anew: their address differs in what is not sent. */
export async function openBotFramework(settings: TeamsSettings, turn: number): Promise<BotFramework> {
  const { ConfigurationBotFrameworkAuthentication, ConfigurationServiceClientCredentialFactory } =
    await import("botbuilder");
  const { appId, appPassword, tenantId, openIdMetadataUrl, loginUrl } = settings;
  const metadataUrl = `${openIdMetadataUrl}#${turn % mostTurns}`;
  const authentication = new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: appId,
      MicrosoftAppTenantId: tenantId,
      ToChannelFromBotLoginUrl: `${loginUrl}/${tenantId}`,
      ToChannelFromBotOAuthScope: "https://api.botframework.com",
      ToBotFromChannelTokenIssuer: issuersFor(openIdMetadataUrl)[0] ?? "",
      ToBotFromChannelOpenIdMetadataUrl: metadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: metadataUrl,
      ValidateAuthority: true,
    },
    new ConfigurationServiceClientCredentialFactory({
      MicrosoftAppId: appId,
      MicrosoftAppPassword: appPassword?.reveal() ?? "",
      MicrosoftAppTenantId: tenantId,
      MicrosoftAppType: "SingleTenant",
    }),
  );
  return {
    async verify(authorization, { type, channelId, serviceUrl }) {
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of an activity it looks at these alone
        const judged = { type, channelId, serviceUrl } as Parameters<
          typeof authentication.authenticateRequest
        >[0];
        const { claimsIdentity } = await unprinted(() =>
          authentication.authenticateRequest(judged, authorization),
        );
        return claimsIdentity?.isAuthenticated === true ? "good" : "bad";
      } catch (error) {
        const { message, statusCode } = readFailure(error);
        if (message.startsWith("Signing Key")) return "unknown-key";
        if (statusCode === 500 || message.includes("request to ")) throw error;
        return "bad";
      }
    },
  };
}

function readFailure(error: unknown): { readonly message: string; readonly statusCode: unknown } {
  if (!(error instanceof Error)) return { message: "", statusCode: undefined };
  return { message: error.message, statusCode: "statusCode" in error ? error.statusCode : undefined };
}
