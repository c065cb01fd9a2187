// What the app has where nobody says otherwise: its scopes, its subscriptions, its secrets.

export const defaultScopes: readonly string[] = [
  "app_mentions:read",
  "assistant:write",
  "channels:history",
  "channels:read",
  "chat:write",
  "commands",
  "files:read",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "mpim:history",
  "mpim:read",
  "reactions:read",
  "reactions:write",
  "users:read",
];

export const defaultEvents: readonly string[] = [
  "app_mention",
  "message.channels",
  "message.groups",
  "message.im",
  "message.mpim",
  "app_home_opened",
  "app_context_changed",
  "agent_session_stopped",
  "agent_session_title_changed",
  "tokens_revoked",
  "app_uninstalled",
  "member_joined_channel",
  "reaction_added",
];

export const defaultSecrets = {
  botToken: "xoxb-1111-2222-fakefakefake",
  appToken: "xapp-1-A0DEPUTY-3333-fakefakefake",
  signingSecret: "f4k3f4k3f4k3f4k3f4k3f4k3f4k3f4k3",
  clientSecret: "c0ffeec0ffee",
} as const;
