// The app's manifest for Teams (T-M16), as the Teams admin center and the Developer Portal take it.
//
// Owns: what people read when they add the app, and where it works. Written for version 1.25 of Microsoft's schema.

import { messagesPath } from "./inbound/door.ts";

export interface TeamsManifestOptions {
  /** As people see it; at most 30 characters. */
  readonly name: string;
  /** The app registration. */
  readonly appId: string;
  /** Root of the server, https, without a slash at its end. */
  readonly url: string;
  /** Of this app package; raise it when the manifest changes. */
  readonly version: string;
  /** Also appears in Microsoft 365 Copilot (T-S6). */
  readonly copilot: boolean;
  /** Asks whoever adds it to let it read all that is written there, not only what it is mentioned in (T-M10). */
  readonly hearsAll: boolean;
}

export type TeamsManifest = Readonly<Record<string, unknown>>;

export const mostNameCharacters = 30;
export const manifestVersion = "1.25";
export const iconFiles = { color: "color.png", outline: "outline.png" } as const;

const commands = [
  { title: "help", description: "The words I know" },
  { title: "status", description: "What I am doing for you" },
  { title: "home", description: "All that is yours with me, in the personal chat" },
  { title: "stop", description: "End what I am doing here" },
  { title: "why", description: "What I am doing here, and why" },
];

export function teamsManifest(options: TeamsManifestOptions): TeamsManifest {
  const { name, appId, url, version, copilot, hearsAll } = options;
  const { host } = new URL(url);
  const scopes = ["personal", "team", "groupChat", ...(copilot ? ["copilot"] : [])];
  return {
    $schema: `https://developer.microsoft.com/en-us/json-schemas/teams/v${manifestVersion}/MicrosoftTeams.schema.json`,
    manifestVersion,
    version,
    id: appId,
    developer: { name, websiteUrl: url, privacyUrl: `${url}/`, termsOfUseUrl: `${url}/` },
    name: { short: name, full: `${name}, a colleague for longer pieces of work` },
    description: {
      short: "A colleague who does deep work and reports back in the thread.",
      full: longDescription(name, hearsAll),
    },
    icons: iconFiles,
    accentColor: "#1F3A5F",
    bots: [
      {
        botId: appId,
        scopes,
        supportsFiles: true,
        isNotificationOnly: false,
        commandLists: [{ scopes: ["personal", "team", "groupChat"], commands }],
      },
    ],
    ...(copilot && {
      copilotAgents: {
        customEngineAgents: [
          { type: "bot", id: appId, disclaimer: { text: "What it writes is made by AI and may be wrong." } },
        ],
      },
    }),
    permissions: ["identity", "messageTeamMembers"],
    ...(hearsAll && readingEverything(appId)),
    validDomains: [host],
    supportsChannelFeatures: "tier1",
  };
}

/** Where Azure is told to deliver. */
export function messagingEndpoint(url: string): string {
  return `${url}${messagesPath}`;
}

/** Consent for one team or chat, given by who adds the app there; Microsoft wants the application named with it. */
function readingEverything(appId: string): TeamsManifest {
  return {
    webApplicationInfo: { id: appId, resource: "https://RscBasedStoreApp" },
    authorization: {
      permissions: {
        resourceSpecific: [
          { name: "ChannelMessage.Read.Group", type: "Application" },
          { name: "ChatMessage.Read.Chat", type: "Application" },
        ],
      },
    },
  };
}

const heardWhenMentioned =
  "It hears what it is mentioned in and what is written to it in the personal chat, and nothing else.";
const heardAlways =
  "It reads everything that is written in the teams and chats that it is added to: in a thread in which you have asked it, you go on without mentioning it, and it knows what was said before. What is not meant for it, it does not answer.";

function longDescription(name: string, hearsAll: boolean): string {
  return [
    `Mention ${name} in a channel or a group chat, or write to it in a personal chat. It takes the work away, does it over minutes, hours or days, asks when it needs a person, and posts the result where it was asked.`,
    `${hearsAll ? heardAlways : heardWhenMentioned} Before anything leaves for the outside, it asks.`,
    `This app belongs to your own installation of Deputy; your messages go to your own server.`,
  ].join("\n\n");
}
