// `deputy manifest slack`: the app's manifest for this installation, to be pasted at Slack. `deputy manifest teams` is beside it.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../base/errors.ts";
import { mostNameCharacters, type SlackManifest, slackManifest } from "../../chat/slack/manifest.ts";
import { toYaml } from "../../config/file/yaml-text.ts";
import { type Config, loadConfig } from "../../config/load-config.ts";
import { spokenName } from "../../domain/agent.ts";
import { cannotWrite } from "../cannot-write.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { printJson } from "../print.ts";
import { addTeamsManifest } from "./manifest-teams.ts";

interface SlackOptions {
  readonly url?: string;
  readonly socket?: boolean;
  readonly name?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export const addManifest: AddCommand = (program, context) => {
  const manifest = program
    .command("manifest")
    .description("print what a chat platform wants to know of the app");
  addTeamsManifest(manifest, context);
  manifest
    .command("slack")
    .description("the manifest of the Slack app, as YAML")
    .option("--url <url>", "address at which Slack reaches this server (default: DEPUTY_PUBLIC_URL)")
    .option(
      "--socket",
      "Socket Mode: no address is needed (default with SLACK_APP_TOKEN, and without an address)",
    )
    .option("--name <name>", "name of the app in Slack (default: the first agent's)")
    .option("--out <file>", "write it to a file, too: JSON if its name ends in .json, else YAML")
    .option("--json", "one JSON value")
    .action((options: SlackOptions) => printSlack(options, context));
};

async function printSlack(options: SlackOptions, context: CliContext): Promise<void> {
  const config = loadConfig({ env: context.env, cwd: context.cwd });
  const manifest = manifestOf(options, config);
  const out = options.out === undefined ? undefined : path.resolve(context.cwd, options.out);
  if (out !== undefined) await written(out, manifest);
  if (options.json) return printJson(context.stdout, manifest);
  context.stdout.write(out === undefined ? toYaml(manifest) : `${out} is written.\n`);
}

function manifestOf(options: SlackOptions, { core, slack, file }: Config): SlackManifest {
  const url = reachable(
    options.url ?? core.publicUrl,
    options.url === undefined ? "DEPUTY_PUBLIC_URL" : "--url",
  );
  const socket = options.socket === true || slack.appToken !== undefined || url === undefined;
  const name = options.name ?? spokenName(file.settings.agents[0]?.name ?? "deputy");
  if (name.trim() === "" || name.length > mostNameCharacters) {
    throw new AppError(
      "cli.bad_name",
      `"${name}" cannot be the name of a Slack app: it takes 1 to ${mostNameCharacters} characters. Choose another with --name.`,
    );
  }
  return slackManifest({ name, url, socket, oauth: slack.clientId !== undefined || !socket });
}

/** Slack delivers over HTTPS only. */
function reachable(url: string | undefined, where: string): string | undefined {
  if (url === undefined) return undefined;
  if (URL.canParse(url) && new URL(url).protocol === "https:") return url.replace(/\/+$/, "");
  throw new AppError(
    "cli.bad_url",
    `${where} is "${url}", and Slack delivers to https addresses only. Give one, or use --socket, which needs none.`,
  );
}

async function written(file: string, manifest: SlackManifest): Promise<void> {
  const text = file.endsWith(".json") ? `${JSON.stringify(manifest, undefined, 2)}\n` : toYaml(manifest);
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
}
