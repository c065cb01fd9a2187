// Settings of Microsoft Teams.

import { z } from "zod";
import { secretSetting, setting } from "./contract.ts";
import { hostList, oneOf, webAddress } from "./text-schemas.ts";

const id = z.string().regex(/^[A-Za-z0-9.-]+$/, "expected an id, as the Azure portal shows it");

export const teamsSlice = {
  title: "Teams",
  note: "Set the first three together; docs/teams.md says where they come from.",
  settings: {
    appId: setting({ name: "TEAMS_APP_ID", description: "Id of the app registration", schema: id }),
    appPassword: secretSetting({
      name: "TEAMS_APP_PASSWORD",
      description: "Client secret of the app registration",
    }),
    tenantId: setting({
      name: "TEAMS_TENANT_ID",
      description: "The tenant that is served; others are refused",
      schema: id,
    }),
    loginUrl: setting({
      name: "TEAMS_LOGIN_URL",
      description: "Where tokens come from, without a tenant; sovereign clouds have their own",
      schema: webAddress({ httpAnywhere: false }),
      default: "https://login.microsoftonline.com",
    }),
    openIdMetadataUrl: setting({
      name: "TEAMS_OPENID_METADATA_URL",
      description: "Where the keys of the Bot Framework are published",
      schema: webAddress({ httpAnywhere: false }),
      default: "https://login.botframework.com/v1/.well-known/openidconfiguration",
    }),
    serviceHosts: setting({
      name: "TEAMS_SERVICE_HOSTS",
      description: "Hosts that messages may be sent to: a comma list of `host` or `host:port`",
      schema: hostList({ portOptional: true }),
      default: "smba.trafficmanager.net",
    }),
    stream: setting({
      name: "TEAMS_STREAM",
      description: "Whether answers in personal chats are shown while they are written",
      schema: oneOf(["on", "off"]),
      default: "on",
    }),
  },
} as const;
