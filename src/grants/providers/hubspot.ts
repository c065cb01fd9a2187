// HubSpot.

import type { Provider } from "../provider.ts";

export const hubspot: Provider = {
  name: "hubspot",
  title: "HubSpot",
  server: {
    kind: "fixed",
    issuer: "https://app.hubspot.com",
    authorizationEndpoint: "https://app.hubspot.com/oauth/authorize",
    tokenEndpoint: "https://api.hubapi.com/oauth/v1/token",
  },
  pkce: "off",
  scopeSeparator: " ",
  always: ["oauth"],
  scopes: {
    read: ["crm.objects.contacts.read", "crm.objects.companies.read", "crm.objects.deals.read"],
    write: ["crm.objects.contacts.write", "crm.objects.companies.write", "crm.objects.deals.write"],
  },
  clientAuth: "post",
  account: { kind: "unknown" },
  // Both telling the account and revoking would put the token into an address (VLT-10).
  revocation: { kind: "none" },
  clientCredentials: false,
  quirks: [],
};
