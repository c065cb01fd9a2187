// Settings of Slack.

import { z } from "zod";
import { secretSetting, setting } from "./contract.ts";
import { webAddress } from "./text-schemas.ts";

export const slackSlice = {
  title: "Slack",
  note: "Accepted and checked. This version does not connect to Slack yet.",
  settings: {
    botToken: secretSetting({ name: "SLACK_BOT_TOKEN", description: "Bot token of the app (`xoxb-`)" }),
    signingSecret: secretSetting({
      name: "SLACK_SIGNING_SECRET",
      description: "Proves that a request comes from Slack",
    }),
    appToken: secretSetting({
      name: "SLACK_APP_TOKEN",
      description: "App-level token (`xapp-`). Socket Mode is used when it is set",
    }),
    teamId: setting({
      name: "SLACK_TEAM_ID",
      description: "The workspace or Grid organisation that is served; others are refused",
      schema: z.string().regex(/^[A-Z][A-Z0-9]+$/, "expected an id such as T0001"),
    }),
    clientId: setting({
      name: "SLACK_CLIENT_ID",
      description: "Client id of the app, for sign-in with Slack",
      schema: z.string().regex(/^\S+$/, "expected a client id"),
    }),
    clientSecret: secretSetting({ name: "SLACK_CLIENT_SECRET", description: "Client secret of the app" }),
    apiUrl: setting({
      name: "SLACK_API_URL",
      description: "Web API of Slack; GovSlack has its own",
      schema: webAddress({ httpAnywhere: false }),
      default: "https://slack.com/api",
    }),
    oidcIssuer: setting({
      name: "SLACK_OIDC_ISSUER",
      description: "Issuer of Slack's sign-in",
      schema: webAddress({ httpAnywhere: false }),
      default: "https://slack.com",
    }),
  },
} as const;
