// The ids of the workspace that the fake Slack starts with.

export const ids = {
  team: "T0FAKE",
  otherTeam: "T0OTHER",
  app: "A0DEPUTY",
  bot: "U0DEPUTY",
  botId: "B0DEPUTY",
  ana: "U0ANA",
  bo: "U0BO",
  cem: "U0CEM",
  guest: "U0GUEST",
  stranger: "U0CONNECT",
  robot: "U0ROBOT",
  general: "C0GENERAL",
  data: "C0DATA",
  secret: "C0SECRET",
  group: "G0GROUP",
  outside: "C0OUTSIDE",
} as const;
