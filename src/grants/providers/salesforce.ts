// Salesforce. For a sandbox or a domain of your own, give its `issuer` instead of the provider.

import type { Provider } from "../provider.ts";

export const salesforce: Provider = {
  name: "salesforce",
  title: "Salesforce",
  server: { kind: "discovered", issuer: "https://login.salesforce.com" },
  pkce: "required",
  scopeSeparator: " ",
  always: ["openid", "email", "refresh_token"],
  // Salesforce divides reading from writing by the person's profile, not by scopes.
  scopes: { read: ["api"], write: ["api"] },
  clientAuth: "post",
  account: { kind: "id-token" },
  revocation: { kind: "standard" },
  clientCredentials: true,
  quirks: [],
};
