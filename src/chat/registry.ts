// The chat platforms, loaded when they are used: importing a vendor SDK costs most of a second.

export const chatPlatforms = {
  local: async () => (await import("./local/local-chat.ts")).createLocalChat,
  teams: async () => (await import("./teams/teams-platform.ts")).createTeamsPlatform,
  slack: async () => (await import("./slack/slack-platform.ts")).createSlackPlatform,
} as const;
