// Google Workspace and consumer accounts.

import type { Provider } from "../provider.ts";

export const google: Provider = {
  name: "google",
  title: "Google",
  server: { kind: "discovered", issuer: "https://accounts.google.com" },
  pkce: "required",
  scopeSeparator: " ",
  always: ["openid", "email"],
  scopes: {
    "mail.read": ["https://www.googleapis.com/auth/gmail.readonly"],
    "mail.send": ["https://www.googleapis.com/auth/gmail.send"],
    "calendar.read": ["https://www.googleapis.com/auth/calendar.readonly"],
    "calendar.write": ["https://www.googleapis.com/auth/calendar.events"],
    "files.read": ["https://www.googleapis.com/auth/drive.readonly"],
    "files.write": ["https://www.googleapis.com/auth/drive.file"],
  },
  clientAuth: "post",
  account: { kind: "id-token" },
  revocation: { kind: "standard" },
  clientCredentials: false,
  quirks: [
    {
      quirk: "authorization-parameters",
      parameters: { access_type: "offline", prompt: "consent select_account" },
      why: "a refresh token is given with access_type=offline only, and again only after a new consent",
    },
  ],
};
