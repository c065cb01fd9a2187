// Slack, for what one person may read and write there.

import type { Provider } from "../provider.ts";

export const slack: Provider = {
  name: "slack",
  title: "Slack",
  server: {
    kind: "fixed",
    issuer: "https://slack.com",
    authorizationEndpoint: "https://slack.com/oauth/v2_user/authorize",
    tokenEndpoint: "https://slack.com/api/oauth.v2.user.access",
  },
  pkce: "off",
  scopeSeparator: ",",
  always: [],
  scopes: { read: ["channels:history", "channels:read"], search: ["search:read"], write: ["chat:write"] },
  clientAuth: "post",
  account: { kind: "request", url: "https://slack.com/api/auth.test", id: "user_id", label: "user" },
  revocation: { kind: "standard", endpoint: "https://slack.com/api/auth.revoke" },
  clientCredentials: false,
  quirks: [
    {
      quirk: "errors-with-200",
      error: "error",
      why: "every failure of its Web API is status 200 with ok: false",
    },
    { quirk: "no-token-type", why: "the type of the token is its kind of principal (user), not Bearer" },
  ],
};
