// The app's manifest, as Slack's "Create New App: From a manifest" takes it.
//
// Owns: what people read when they install the app, and where Slack delivers. Does not own: events, scopes, names
// (manifest-parts.ts). Written by hand against Slack's reference: the SDK's types lack the events of agents.

import {
  COMMAND,
  doorPath,
  EVENTS,
  PROMPTS,
  redirectPath,
  SCOPES,
  SHORTCUTS,
  signedInPath,
} from "./manifest-parts.ts";

export interface ManifestOptions {
  /** As people see it; at most 35 characters. */
  readonly name: string;
  /** Root of the server, without a slash at its end. */
  readonly url?: string | undefined;
  /** Slack delivers over a socket that we open, not to `url`. */
  readonly socket: boolean;
  /** People can install the app at `url`. */
  readonly oauth: boolean;
}

export type SlackManifest = Readonly<Record<string, unknown>>;

export const mostNameCharacters = 35;

export function slackManifest({ name, url, socket, oauth }: ManifestOptions): SlackManifest {
  const door = socket || url === undefined ? undefined : `${url}${doorPath}`;
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name,
      description: "A colleague who does deep work and reports back in the thread.",
      long_description: longDescription(name),
      background_color: "#1f3a5f",
    },
    features: {
      agent_view: agentView(name),
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
      },
      bot_user: { display_name: botName(name), always_online: true },
      shortcuts,
      slash_commands: [slashCommand(name, door)],
    },
    oauth_config: {
      ...(url === undefined || !oauth
        ? {}
        : { redirect_urls: [redirectPath, signedInPath].map((path) => `${url}${path}`) }),
      scopes: { bot: [...SCOPES.bot, ...SCOPES.optional], bot_optional: [...SCOPES.optional] },
    },
    settings: {
      event_subscriptions: { ...requestUrl(door), bot_events: [...EVENTS] },
      interactivity: { is_enabled: true, ...requestUrl(door) },
      org_deploy_enabled: true,
      socket_mode_enabled: door === undefined,
      token_rotation_enabled: false,
    },
  };
}

function requestUrl(door: string | undefined): { readonly request_url?: string } {
  return door === undefined ? {} : { request_url: door };
}

function agentView(name: string): object {
  return {
    agent_description: `${name} does work that takes minutes to days: it reads files and pages, plans, asks when it needs you, checks in, and posts the result and its files in the thread. Say stop at any time.`,
    suggested_prompts: [PROMPTS.summarise, PROMPTS.lookUp, PROMPTS.compare, PROMPTS.help],
  };
}

const shortcuts = [
  {
    name: "Ask the agent about this",
    type: "message",
    callback_id: SHORTCUTS.ask,
    description: "Gives the message to the agent, with what you want to know",
  },
  {
    name: "New task",
    type: "global",
    callback_id: SHORTCUTS.task,
    description: "Describe a task; the work happens in a direct message",
  },
] as const;

function slashCommand(name: string, door: string | undefined): object {
  return {
    command: COMMAND,
    description: `What ${name} is doing, and to stop it`,
    usage_hint: "status | stop | mute | unmute | help",
    should_escape: true,
    ...(door === undefined ? {} : { url: door }),
  };
}

/** What Slack allows in the name of a bot. */
function botName(name: string): string {
  const allowed = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return allowed === "" ? "deputy" : allowed;
}

function longDescription(name: string): string {
  return [
    `${name} is an employee that your organisation runs on its own machines with Deputy.`,
    `Mention it in a channel or write to it: it takes the work away, shows its plan, asks when it needs a person, and posts the result and its files in the thread.`,
    `It reads the channels that it is invited to and what people write to it, and nothing else. It can be stopped at any time with the Stop button or the word stop.`,
  ].join("\n\n");
}
