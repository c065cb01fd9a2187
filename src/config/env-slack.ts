// Settings of Slack.

import { z } from "zod";
import { secretSetting, setting } from "./contract.ts";
import { listOf, webAddress } from "./text-schemas.ts";

const teamIds = z.string().transform((text, context) => {
  const ids = listOf(text);
  if (ids.length > 0 && ids.every((id) => /^[A-Z][A-Z0-9]+$/.test(id))) return ids;
  context.addIssue("expected an id such as T0001, or a comma list of them");
  return z.NEVER;
});

export const slackSlice = {
  title: "Slack",
  note: "Slack is used when there is a bot token or a client id: [slack.md](slack.md).",
  settings: {
    botToken: secretSetting({
      name: "SLACK_BOT_TOKEN",
      description: "Bot token of the app (`xoxb-`), for one workspace or organisation",
    }),
    signingSecret: secretSetting({
      name: "SLACK_SIGNING_SECRET",
      description:
        "Proves that a request at `/slack/events` comes from Slack; that door is closed without it",
    }),
    appToken: secretSetting({
      name: "SLACK_APP_TOKEN",
      description: "App-level token (`xapp-`). Socket Mode is used when it is set",
    }),
    teamIds: setting({
      name: "SLACK_TEAM_ID",
      description: "The workspace or Grid organisation that is served, or a comma list; others are refused",
      schema: teamIds,
      otherwise: "wherever the app is installed",
    }),
    clientId: setting({
      name: "SLACK_CLIENT_ID",
      description: "Client id of the app. With it, workspaces can install the app at `/slack/install`",
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
