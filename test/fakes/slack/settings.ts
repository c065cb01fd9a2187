// What the app has where nobody says otherwise: the scopes and subscriptions of its manifest, and its secrets.

import { EVENTS, SCOPES } from "../../../src/chat/slack/manifest-parts.ts";

export const defaultScopes: readonly string[] = [...SCOPES.bot, ...SCOPES.optional];

export const defaultEvents: readonly string[] = EVENTS;

export const defaultSecrets = {
  botToken: "xoxb-1111-2222-fakefakefake",
  appToken: "xapp-1-A0DEPUTY-3333-fakefakefake",
  signingSecret: "f4k3f4k3f4k3f4k3f4k3f4k3f4k3f4k3",
  clientSecret: "c0ffeec0ffee",
} as const;
