// Linear.

import type { Provider } from "../provider.ts";

export const linear: Provider = {
  name: "linear",
  title: "Linear",
  server: {
    kind: "fixed",
    issuer: "https://linear.app",
    authorizationEndpoint: "https://linear.app/oauth/authorize",
    tokenEndpoint: "https://api.linear.app/oauth/token",
  },
  pkce: "required",
  scopeSeparator: ",",
  always: [],
  scopes: { read: ["read"], write: ["read", "write"], comment: ["read", "comments:create"] },
  clientAuth: "post",
  account: { kind: "unknown" },
  revocation: { kind: "standard", endpoint: "https://api.linear.app/oauth/revoke" },
  clientCredentials: true,
  quirks: [],
};
