// Notion. What may be read and written is chosen by the person while connecting, page by page: there are no scopes.

import type { Provider } from "../provider.ts";

export const notion: Provider = {
  name: "notion",
  title: "Notion",
  server: {
    kind: "fixed",
    issuer: "https://api.notion.com",
    authorizationEndpoint: "https://api.notion.com/v1/oauth/authorize",
    tokenEndpoint: "https://api.notion.com/v1/oauth/token",
  },
  pkce: "off",
  scopeSeparator: " ",
  always: [],
  scopes: { read: [], write: [] },
  clientAuth: "basic",
  account: { kind: "answer", id: "workspace_id", label: "workspace_name" },
  revocation: { kind: "own", method: "POST", url: "https://api.notion.com/v1/oauth/revoke" },
  clientCredentials: false,
  quirks: [
    {
      quirk: "authorization-parameters",
      parameters: { owner: "user" },
      why: "without an owner the page that asks the person is not shown",
    },
    { quirk: "json-token-request", why: "its token endpoint reads JSON, not a form" },
  ],
};
