// GitHub, as an OAuth app or a GitHub App on behalf of a user.

import type { Provider } from "../provider.ts";

export const github: Provider = {
  name: "github",
  title: "GitHub",
  server: {
    kind: "fixed",
    issuer: "https://github.com/login/oauth",
    authorizationEndpoint: "https://github.com/login/oauth/authorize",
    tokenEndpoint: "https://github.com/login/oauth/access_token",
  },
  pkce: "required",
  scopeSeparator: " ",
  always: ["read:user"],
  scopes: { read: ["repo:status"], write: ["repo"], orgs: ["read:org"] },
  clientAuth: "post",
  account: { kind: "request", url: "https://api.github.com/user", id: "id", label: "login" },
  revocation: { kind: "own", method: "DELETE", url: "https://api.github.com/applications/{client_id}/grant" },
  clientCredentials: false,
  quirks: [
    {
      quirk: "errors-with-200",
      error: "error",
      why: "a wrong or used code is answered with status 200 and an error member",
    },
    {
      quirk: "scopes-folded",
      folds: {
        repo: ["repo:status", "public_repo"],
        "admin:org": ["write:org", "read:org"],
        "write:org": ["read:org"],
        user: ["read:user"],
      },
      why: "scopes that a wider one includes are left out of what it says was granted",
    },
  ],
};
