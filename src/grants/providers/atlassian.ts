// Atlassian Cloud: Jira and Confluence (OAuth 2.0, 3LO).

import type { Provider } from "../provider.ts";

export const atlassian: Provider = {
  name: "atlassian",
  title: "Atlassian",
  server: {
    kind: "fixed",
    issuer: "https://auth.atlassian.com",
    authorizationEndpoint: "https://auth.atlassian.com/authorize",
    tokenEndpoint: "https://auth.atlassian.com/oauth/token",
  },
  pkce: "required",
  scopeSeparator: " ",
  always: ["read:me", "offline_access"],
  scopes: {
    read: ["read:jira-work", "read:confluence-content.all"],
    write: ["write:jira-work", "write:confluence-content"],
  },
  clientAuth: "post",
  account: { kind: "request", url: "https://api.atlassian.com/me", id: "account_id", label: "email" },
  revocation: { kind: "none" },
  clientCredentials: false,
  quirks: [
    {
      quirk: "authorization-parameters",
      parameters: { audience: "api.atlassian.com", prompt: "consent" },
      why: "the audience is not in the scopes, and without consent no refresh token is given",
    },
  ],
};
