// Settings of the process itself.

import { z } from "zod";
import { pathSetting, secretSetting, setting } from "./contract.ts";
import { oneOf, webAddress, wholeNumber } from "./text-schemas.ts";

const roles = ["all", "web", "worker"] as const;
const logLevels = ["debug", "info", "warn", "error"] as const;

const masterKey = z.string().refine((text) => {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 32 && bytes.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
}, "expected 32 bytes in base64, as `openssl rand -base64 32` prints them");

export const coreSlice = {
  title: "Core",
  settings: {
    dataFolder: pathSetting({
      name: "DEPUTY_DATA",
      description: "Folder of the database (SQLite), the workspaces and the blobs",
      default: "./data",
    }),
    configFile: pathSetting({
      name: "DEPUTY_CONFIG",
      description: "The configuration file. One that is named here must exist",
      default: "deputy.config.yml",
    }),
    host: setting({
      name: "HOST",
      description: "Address to listen on. The default is reached from this machine only",
      schema: z.string().regex(/^[A-Za-z0-9.:_%-]+$/, "expected a host name or an IP address"),
      default: "127.0.0.1",
    }),
    port: setting({
      name: "PORT",
      description: "Port to listen on; 0 takes any free one",
      schema: wholeNumber(0, 65_535),
      default: "3000",
    }),
    publicUrl: setting({
      name: "DEPUTY_PUBLIC_URL",
      description: "Address under which people and platforms reach the server, without a slash at the end",
      schema: webAddress({ httpAnywhere: true }),
      otherwise: "links point to this machine",
    }),
    masterKey: secretSetting({
      name: "DEPUTY_MASTER_KEY",
      description:
        "Key of the vault: 32 bytes in base64. On Postgres it must be set; on SQLite one is made in `keys/master` of the data folder at first start. Keep a copy apart from the database: without it what is sealed is lost",
      schema: masterKey,
    }),
    previousMasterKey: secretSetting({
      name: "DEPUTY_PREVIOUS_MASTER_KEY",
      description:
        "The key before that, while it is being changed: opens what it sealed until `deputy keys rotate --master` has run",
      schema: masterKey,
    }),
    logLevel: setting({
      name: "DEPUTY_LOG_LEVEL",
      description: "Least important lines that are logged: `debug`, `info`, `warn` or `error`",
      schema: oneOf(logLevels),
      default: "info",
    }),
    role: setting({
      name: "DEPUTY_ROLE",
      description:
        "What this process does: `web` (doors), `worker` (runs) or `all`. `web` and `worker` need Redis",
      schema: oneOf(roles),
      default: "all",
    }),
  },
} as const;
