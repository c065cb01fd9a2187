// Microsoft's command line for Teams (`teams`), as `deputy init teams` uses it: an app with its credentials, its manifest, its check.
//
//   MC1  What it answers is read and not shown: the app's secret is in it.
//   MC2  It is called with a list of arguments and no shell, and asks nobody anything.

import { spawn } from "node:child_process";
import { z } from "zod";
import { AppError, systemErrorCode } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { Secret } from "../base/secret.ts";
import type { Environment } from "../config/read-settings.ts";

export interface MicrosoftCli {
  /** Registers an app with a bot. */
  createApp(name: string, endpoint: string): Promise<CreatedApp>;
  uploadManifest(file: string, teamsAppId: string): Promise<void>;
  /** Whether it finds nothing wrong with the app. */
  looksWell(teamsAppId: string): Promise<boolean>;
}

export interface CreatedApp {
  readonly appId: string;
  readonly tenantId: string;
  readonly password: Secret;
  /** What Teams calls the app; not every version tells. */
  readonly teamsAppId?: string | undefined;
  readonly installLink?: string | undefined;
}

const Created = z.object({
  teamsAppId: z.string().optional(),
  installLink: z.url().optional(),
  credentials: z.object({
    CLIENT_ID: z.string().min(1),
    CLIENT_SECRET: z.string().min(1),
    TENANT_ID: z.string().min(1),
  }),
});

const timeoutMs = 5 * 60_000;

export function microsoftCli(program: string, env: Environment, cwd: string): MicrosoftCli {
  const run = (...argv: readonly string[]): Promise<Ended> => ended(program, argv, { env, cwd });
  const mustRun = async (what: string, ...argv: readonly string[]): Promise<string> => {
    const { code, out } = await run(...argv);
    if (code === 0) return out;
    throw new AppError(
      "cli.teams_cli_failed",
      `\`${program} ${what}\` ended with ${code}. Run it by hand to see why (\`${program} login\` comes first), or go by docs/teams.md instead.`,
    );
  };
  return {
    async createApp(name, endpoint) {
      const out = await mustRun(
        "app create",
        "app",
        "create",
        "--name",
        name,
        "--endpoint",
        endpoint,
        "--json",
      );
      const created = Created.safeParse(parseJson(out)?.value).data;
      if (created === undefined)
        throw new AppError(
          "cli.teams_cli_failed",
          `\`${program} app create\` answered in a form that this version does not know. Enter what it made by hand, as docs/teams.md says.`,
        );
      const { credentials, teamsAppId, installLink } = created;
      return {
        appId: credentials.CLIENT_ID,
        tenantId: credentials.TENANT_ID,
        password: new Secret(credentials.CLIENT_SECRET),
        teamsAppId: teamsAppId ?? /\/l\/app\/([^/?#]+)/.exec(installLink ?? "")?.[1],
        installLink,
      };
    },
    async uploadManifest(file, teamsAppId) {
      await mustRun("app manifest upload", "app", "manifest", "upload", file, teamsAppId);
    },
    looksWell: async (teamsAppId) => (await run("app", "doctor", teamsAppId)).code === 0,
  };
}

interface Ended {
  readonly code: number;
  readonly out: string;
}

function ended(
  program: string,
  argv: readonly string[],
  { env, cwd }: { readonly env: Environment; readonly cwd: string },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { env, cwd, stdio: ["ignore", "pipe", "ignore"], timeout: timeoutMs });
    const pieces: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.on("error", (error) => reject(systemErrorCode(error) === "ENOENT" ? notThere(program) : error));
    child.on("close", (code) => resolve({ code: code ?? 1, out: Buffer.concat(pieces).toString() }));
  });
}

function notThere(program: string): AppError {
  return new AppError(
    "cli.no_teams_cli",
    `There is no ${program} on this machine. Install Microsoft's command line (the npm package @microsoft/teams.cli) and \`${program} login\`, name it with --cli, or go by docs/teams.md, which needs only a browser.`,
  );
}
