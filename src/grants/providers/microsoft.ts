// Microsoft Entra ID: Microsoft 365 and Graph, for any organisation. For one alone, give its `issuer` instead of the provider.

import type { Provider } from "../provider.ts";

export const microsoft: Provider = {
  name: "microsoft",
  title: "Microsoft",
  server: { kind: "discovered", issuer: "https://login.microsoftonline.com/organizations/v2.0" },
  pkce: "required",
  scopeSeparator: " ",
  always: ["openid", "email", "offline_access"],
  scopes: {
    "mail.read": ["https://graph.microsoft.com/Mail.Read"],
    "mail.send": ["https://graph.microsoft.com/Mail.Send"],
    "calendar.read": ["https://graph.microsoft.com/Calendars.Read"],
    "calendar.write": ["https://graph.microsoft.com/Calendars.ReadWrite"],
    "files.read": ["https://graph.microsoft.com/Files.Read"],
    "files.write": ["https://graph.microsoft.com/Files.ReadWrite"],
  },
  clientAuth: "post",
  account: { kind: "id-token" },
  revocation: { kind: "none" },
  clientCredentials: true,
  quirks: [
    {
      quirk: "authorization-parameters",
      parameters: { prompt: "select_account" },
      why: "a browser is often signed in with several accounts, and the last one would be taken unasked",
    },
  ],
};
