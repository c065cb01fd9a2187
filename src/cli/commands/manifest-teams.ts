// `deputy manifest teams`: the app package for this installation, to be uploaded to Teams.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { AppError } from "../../base/errors.ts";
import { appPackage } from "../../chat/teams/app-package.ts";
import {
  messagingEndpoint,
  mostNameCharacters,
  type TeamsManifest,
  teamsManifest,
} from "../../chat/teams/manifest.ts";
import { type Config, loadConfig } from "../../config/load-config.ts";
import { cannotWrite } from "../cannot-write.ts";
import type { CliContext } from "../contract.ts";
import { printJson } from "../print.ts";

export interface TeamsOptions {
  readonly url?: string;
  readonly name?: string;
  readonly appId?: string;
  readonly appVersion: string;
  readonly copilot?: boolean;
  readonly hearAll?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function addTeamsManifest(manifest: Command, context: CliContext): void {
  manifest
    .command("teams")
    .description("the app package for Teams, as a zip archive")
    .option("--out <file>", "where to write it (default: deputy-teams.zip)")
    .option("--url <url>", "address at which Teams reaches this server (default: DEPUTY_PUBLIC_URL)")
    .option("--name <name>", "name of the app in Teams (default: the first agent's)")
    .option("--app-id <id>", "id of the app registration (default: TEAMS_APP_ID)")
    .option("--app-version <version>", "version of the package; raise it when you change it", "1.0.0")
    .option("--copilot", "also offer the agent in Microsoft 365 Copilot")
    .option("--hear-all", "ask for all that is written in teams and chats, not only for what mentions it")
    .option("--json", "print the manifest as one JSON value; writes the package only with --out")
    .action((options: TeamsOptions) => writeTeams(options, context));
}

async function writeTeams(options: TeamsOptions, context: CliContext): Promise<void> {
  const config = loadConfig({ env: context.env, cwd: context.cwd });
  const url = reachable(options, config);
  const manifest = teamsManifestOf(options, config, url);
  const file = options.out ?? (options.json === true ? undefined : "deputy-teams.zip");
  const out = file === undefined ? undefined : path.resolve(context.cwd, file);
  if (out !== undefined) await packageTo(out, manifest);
  if (options.json) return printJson(context.stdout, manifest);
  context.stdout.write(
    `${out} is written. Upload it in Teams (Apps, Manage your apps), and let Azure deliver to ${messagingEndpoint(url)}.\n`,
  );
}

export function teamsManifestOf(options: TeamsOptions, config: Config, url: string): TeamsManifest {
  const { teams } = config;
  const appId = options.appId ?? teams.appId;
  if (appId === undefined || !guid.test(appId)) {
    throw new AppError(
      "cli.bad_app_id",
      `The package needs the id of the app registration, and ${appId === undefined ? "there is none" : `"${appId}" is no such id`}. Set TEAMS_APP_ID, or give it with --app-id; docs/teams.md says where it comes from.`,
    );
  }
  const name = appName(options, config);
  requireVersion(options);
  return teamsManifest({
    name,
    appId,
    url,
    version: options.appVersion,
    copilot: options.copilot === true,
    hearsAll: options.hearAll === true,
  });
}

export function appName(options: Pick<TeamsOptions, "name">, { file }: Config): string {
  const agent = file.settings.agents[0]?.name ?? "deputy";
  const name = options.name ?? agent.charAt(0).toUpperCase() + agent.slice(1);
  if (name.trim() !== "" && name.length <= mostNameCharacters) return name;
  throw new AppError(
    "cli.bad_name",
    `"${name}" cannot be the name of a Teams app: it takes 1 to ${mostNameCharacters} characters. Choose another with --name.`,
  );
}

export function requireVersion({ appVersion }: Pick<TeamsOptions, "appVersion">): void {
  if (/^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(appVersion)) return;
  throw new AppError("cli.bad_version", `"${appVersion}" is no version: give one like 1.0.1.`);
}

/** Teams delivers over HTTPS only. */
export function reachable(options: TeamsOptions, { core }: Config): string {
  const url = options.url ?? core.publicUrl;
  if (url !== undefined && URL.canParse(url) && new URL(url).protocol === "https:")
    return url.replace(/\/+$/, "");
  const where = options.url === undefined ? "DEPUTY_PUBLIC_URL" : "--url";
  throw new AppError(
    "cli.bad_url",
    `${where} is ${url === undefined ? "not set" : `"${url}"`}, and Teams delivers to https addresses only. Give one, such as that of a tunnel.`,
  );
}

export async function packageTo(file: string, manifest: TeamsManifest): Promise<void> {
  try {
    await writeFile(file, appPackage(manifest));
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
}
