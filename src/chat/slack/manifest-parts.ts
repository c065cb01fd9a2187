// What the app is at Slack: the events, scopes, command and shortcuts that code and manifest share.
//
// Owns: the one list. `manifest.yml` and `deputy manifest slack` are made from it; inbound and render import from it.
// Does not own: what an event means (inbound/), what a view shows (render/).
//
//   MP1  Nothing is subscribed to, asked for or offered that no code uses (test/chat/slack/install/manifest.test.ts).

/** Where deliveries of Slack arrive over HTTP (design 7). */
export const doorPath = "/slack/events";
/** Where people come back to after they installed the app by OAuth, and where they begin. */
export const redirectPath = "/slack/oauth_redirect";
export const installPath = "/slack/install";
/** Where people come back to after Sign in with Slack, when they connect an account. The page is web's. */
export const signedInPath = "/connect/signed-in/slack";

/** Event types as subscribed to: `message.channels` arrives as `message` with `channel_type: "channel"`. */
export const EVENTS = [
  "agent_session_stopped",
  "app_context_changed",
  "app_home_opened",
  "app_mention",
  "app_uninstalled",
  "member_joined_channel",
  "message.channels",
  "message.groups",
  "message.im",
  "message.mpim",
  "tokens_revoked",
  "user_change",
] as const;
export type SlackEventName = (typeof EVENTS)[number];

export const COMMAND = "/deputy";

/** What a person may begin with: in the manifest, and in the Messages tab (S-S5). Slack shows four at most. */
export const PROMPTS = {
  status: { title: "What are you working on?", message: "status" },
  summarise: {
    title: "Summarise a file",
    message: "Summarise the file that I attach, with the three things that matter most.",
  },
  lookUp: {
    title: "Look something up",
    message: "Find out … and tell me what is certain and what is not, with sources.",
  },
  compare: {
    title: "Compare options",
    message: "Compare … with … for our case and recommend one, with reasons.",
  },
  help: { title: "What can you do?", message: "help" },
} as const;

export const SHORTCUTS = {
  /** On a message: "Ask the agent about this". */
  ask: "deputy.ask",
  /** Anywhere: "New task". */
  task: "deputy.task",
} as const;

/** What each method that the code calls needs from the bot token; of several, whichever fits the channel. */
export const METHOD_SCOPES = {
  "agents.sessions.setStatus": ["chat:write"],
  "apps.connections.open": [],
  "assistant.threads.setStatus": ["assistant:write"],
  "assistant.threads.setSuggestedPrompts": ["assistant:write"],
  "auth.revoke": [],
  "auth.teams.list": [],
  "auth.test": [],
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history", "mpim:history"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.members": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "conversations.replies": ["channels:history", "groups:history", "im:history", "mpim:history"],
  "files.completeUploadExternal": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  "files.info": ["files:read"],
  "oauth.v2.access": [],
  "reactions.add": ["reactions:write"],
  "users.info": ["users:read"],
  "users.list": ["users:read"],
  "views.open": [],
  "views.publish": [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What each subscription needs. */
export const EVENT_SCOPES = {
  agent_session_stopped: ["assistant:write"],
  app_context_changed: ["assistant:write"],
  app_home_opened: [],
  app_mention: ["app_mentions:read"],
  app_uninstalled: [],
  member_joined_channel: ["channels:read", "groups:read"],
  "message.channels": ["channels:history"],
  "message.groups": ["groups:history"],
  "message.im": ["im:history"],
  "message.mpim": ["mpim:history"],
  tokens_revoked: [],
  user_change: ["users:read"],
} as const satisfies Readonly<Record<SlackEventName, readonly string[]>>;

/** The bot's scopes. Without an optional one something is missing, and the rest works. */
export const SCOPES = {
  bot: [
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:write",
    "mpim:history",
    "users:read",
  ],
  optional: ["channels:read", "groups:read", "reactions:write"],
} as const;
