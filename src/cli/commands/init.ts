// `deputy init teams`: from a public address to an app that can be added in Teams, by Microsoft's own command line (ux T-S7).
//
//   IT1  What is there already is kept: with the three settings of an app nothing is registered, and no line of the settings file is
//        changed, nor given another meaning by one that is added.
//   IT2  The secret goes to the settings file alone, which only its owner may read.
//   IT3  Microsoft tells the secret once: what would keep it from being kept is found before anything is registered.

import { access, appendFile, chmod, constants, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppError, systemErrorCode } from "../../base/errors.ts";
import { messagingEndpoint } from "../../chat/teams/manifest.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { type CreatedApp, type MicrosoftCli, microsoftCli } from "../microsoft-cli.ts";
import { printJson } from "../print.ts";
import {
  appName,
  packageTo,
  reachable,
  requireVersion,
  type TeamsOptions,
  teamsManifestOf,
} from "./manifest-teams.ts";

interface InitOptions extends TeamsOptions {
  readonly envFile: string;
  readonly cli: string;
}

const slackInstead =
  "Slack takes a manifest instead: `deputy manifest slack` prints it, and docs/slack.md says what to do with it.";

export const addInit: AddCommand = (program, context) => {
  program
    .command("init")
    .description("set a chat platform up")
    .addHelpText("after", `\n${slackInstead}`)
    .command("teams")
    .description("register the app, write its settings and its package; needs Microsoft's `teams`, logged in")
    .option("--url <url>", "address at which Teams reaches this server (default: DEPUTY_PUBLIC_URL)")
    .option("--name <name>", "name of the app in Teams (default: the first agent's)")
    .option("--app-version <version>", "version of the package; raise it when you change it", "1.0.0")
    .option("--copilot", "also offer the agent in Microsoft 365 Copilot")
    .option("--hear-all", "ask for all that is written in teams and chats, not only for what mentions it")
    .option("--env-file <file>", "where the settings are added", ".env")
    .option("--out <file>", "where the package is written", "deputy-teams.zip")
    .option("--cli <program>", "Microsoft's command line", "teams")
    .option("--json", "one JSON value")
    .action((options: InitOptions) => initTeams(options, context));
};

async function initTeams(options: InitOptions, context: CliContext): Promise<void> {
  const config = loadConfig({ env: context.env, cwd: context.cwd });
  const url = reachable(options, config);
  requireVersion(options);
  const cli = microsoftCli(options.cli, context.env, context.cwd);
  const envFile = path.resolve(context.cwd, options.envFile);
  const before = config.teams.appId === undefined ? await keepable(envFile, url) : undefined;
  const created = before && (await cli.createApp(appName(options, config), messagingEndpoint(url)));
  if (created) await keep(envFile, created, before.url === undefined ? url : undefined);
  const appId = created?.appId ?? config.teams.appId;
  const manifest = teamsManifestOf({ ...options, ...(appId === undefined ? {} : { appId }) }, config, url);
  const out = path.resolve(context.cwd, options.out ?? "deputy-teams.zip");
  await packageTo(out, manifest);
  const checked = created?.teamsAppId && (await handedOver(cli, manifest, created.teamsAppId));
  const said = {
    app_id: appId,
    registered: created !== undefined,
    package: out,
    ...madeSaid(created, envFile, checked),
  };
  if (options.json) return printJson(context.stdout, said);
  context.stdout.write(`${nextSteps(said, options).join("\n")}\n`);
}

type Made = Pick<Said, "env_file" | "install_link" | "microsoft_check">;

function madeSaid(
  created: CreatedApp | undefined,
  envFile: string,
  checked: boolean | string | undefined,
): Made {
  if (!created) return {};
  return {
    env_file: envFile,
    ...(created.installLink === undefined ? {} : { install_link: created.installLink }),
    ...(typeof checked === "boolean" && { microsoft_check: checked ? "ok" : "has something to say" }),
  };
}

/** What is in the file that more is to be added to, if it can be (IT1, IT3). */
async function keepable(file: string, url: string): Promise<{ readonly url: string | undefined }> {
  const before = await writable(file);
  if (/^\s*(?:export\s+)?TEAMS_/m.test(before))
    throw new AppError(
      "cli.settings_there",
      `${file} has settings of Teams that this command was not started with. Load them (\`set -a; . ${file}; set +a\`), or take them out.`,
    );
  const named = publicUrlIn(before);
  if (named === undefined || named === url) return { url: named };
  throw new AppError(
    "cli.settings_there",
    `DEPUTY_PUBLIC_URL in ${file} is not ${url}, so nothing was registered. Change that line, or give its address with --url.`,
  );
}

async function writable(file: string): Promise<string> {
  try {
    const before = await readFile(file, "utf8").catch((error: unknown) => {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    });
    await access(before === undefined ? path.dirname(file) : file, constants.W_OK);
    return before ?? "";
  } catch (cause) {
    throw new AppError(
      "cli.cannot_write",
      `The settings can't be added to ${file}, so nothing was registered. Name a file with --env-file that you may write, in a folder that is there.`,
      { cause },
    );
  }
}

/** As a shell that reads the file has it: the last one counts; a blank one is none. */
function publicUrlIn(settings: string): string | undefined {
  const lines = settings.matchAll(
    /^[ \t]*(?:export[ \t]+)?DEPUTY_PUBLIC_URL=(?:"([^"]*)"|'([^']*)'|(\S*))/gm,
  );
  const [, ...values] = [...lines].at(-1) ?? [];
  const value = values.find((one) => one !== undefined)?.trim();
  return value === "" ? undefined : value?.replace(/\/+$/, "");
}

/** IT2. */
async function keep(
  file: string,
  { appId, tenantId, password }: CreatedApp,
  url: string | undefined,
): Promise<void> {
  const lines = [
    `TEAMS_APP_ID=${shellWord(appId)}`,
    `TEAMS_TENANT_ID=${shellWord(tenantId)}`,
    `TEAMS_APP_PASSWORD=${shellWord(password.reveal())}`,
    ...(url === undefined ? [] : [`DEPUTY_PUBLIC_URL=${shellWord(url)}`]),
  ];
  await appendFile(file, "", { mode: 0o600 });
  await chmod(file, 0o600);
  await appendFile(file, `\n# Microsoft Teams, by deputy init teams\n${lines.join("\n")}\n`);
}

/** Without quotes where it is the same to whoever reads it. */
function shellWord(text: string): string {
  if (/^[\w.:/@%+-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** True where Microsoft finds nothing wrong with it. */
async function handedOver(cli: MicrosoftCli, manifest: unknown, teamsAppId: string): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-init-"));
  try {
    const file = path.join(folder, "manifest.json");
    await writeFile(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
    await cli.uploadManifest(file, teamsAppId);
    return await cli.looksWell(teamsAppId);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Said {
  readonly package: string;
  readonly registered: boolean;
  readonly env_file?: string;
  readonly install_link?: string;
  readonly microsoft_check?: string;
}

function nextSteps(said: Said, { cli }: InitOptions): readonly string[] {
  const load = said.env_file === undefined ? "" : `set -a; . ${said.env_file}; set +a; `;
  return [
    said.registered
      ? "The app is registered."
      : "The app that the settings name is used; nothing was registered.",
    ...(said.env_file === undefined ? [] : [`Its settings, the secret among them, are in ${said.env_file}.`]),
    `Its package is ${said.package}.`,
    ...(said.microsoft_check === undefined || said.microsoft_check === "ok"
      ? []
      : [`Microsoft's own check has something to say: \`${cli} app doctor\`.`]),
    "",
    `1. ${load}deputy start`,
    said.install_link === undefined
      ? "2. Upload the package in Teams (Apps, Manage your apps), and add it."
      : `2. Add it in Teams: ${said.install_link}`,
    "3. Write help to it in its personal chat. Then deputy doctor says that Teams was heard.",
  ];
}
