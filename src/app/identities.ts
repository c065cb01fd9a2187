// Who can say who somebody is: Slack and Microsoft, where this installation is an app of theirs.

import type { Config } from "../config/load-config.ts";
import { entraIdentity, type IdentityProvider, slackIdentity } from "../grants/sign-in.ts";

export function identitiesOf({ slack, teams }: Config): readonly IdentityProvider[] {
  const found: IdentityProvider[] = [];
  if (slack.clientId !== undefined) {
    found.push(
      slackIdentity({ issuer: slack.oidcIssuer, clientId: slack.clientId, clientSecret: slack.clientSecret }),
    );
  }
  if (teams.appId !== undefined && teams.tenantId !== undefined) {
    const issuer = `${teams.loginUrl}/${teams.tenantId}/v2.0`;
    found.push(entraIdentity({ issuer, clientId: teams.appId, clientSecret: teams.appPassword }));
  }
  return found;
}
