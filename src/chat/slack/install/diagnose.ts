// What `deputy doctor` wants to know of a token: does it work, what may it do, where does it reach?

import { AppError, errorText, isAppError } from "../../../base/errors.ts";
import type { Secret } from "../../../base/secret.ts";
import { SCOPES } from "../manifest-parts.ts";
import { askOwner, askSocket, askWorkspaces, type TokenOwner } from "./ask-slack.ts";
import { isAllowed, wrongTeam } from "./known-installations.ts";

export interface Diagnosis {
  readonly id: "token" | "scopes" | "workspaces" | "socket";
  readonly status: "pass" | "warn" | "fail";
  readonly observed: string;
  readonly fix?: string;
}

export interface TokenToCheck {
  readonly apiUrl: string;
  readonly token: Secret;
  /** Workspaces and organisations of SLACK_TEAM_ID. */
  readonly allowed: readonly string[];
}

const reinstall = "Install the app again (OAuth & Permissions: Reinstall to Workspace) and set its token.";

export async function diagnoseToken({ apiUrl, token, allowed }: TokenToCheck): Promise<readonly Diagnosis[]> {
  try {
    const owner = await askOwner(apiUrl, token);
    if (!isAllowed(allowed, owner)) throw wrongTeam(owner, allowed);
    const works: Diagnosis = { id: "token", status: "pass", observed: `works, for ${describe(owner)}` };
    const workspaces = owner.orgWide ? [await diagnoseWorkspaces(apiUrl, token, owner)] : [];
    return [works, diagnoseScopes(owner), ...workspaces];
  } catch (error) {
    return [{ id: "token", status: "fail", observed: errorText(error), fix: fixOf(error) }];
  }
}

export async function diagnoseSocket(apiUrl: string, appToken: Secret): Promise<Diagnosis> {
  try {
    await askSocket(apiUrl, appToken);
    return { id: "socket", status: "pass", observed: "Slack would open a socket for SLACK_APP_TOKEN" };
  } catch (error) {
    const fix =
      "Make an app-level token with the scope connections:write (Basic Information: App-Level Tokens), and switch Socket Mode on.";
    return { id: "socket", status: "fail", observed: errorText(error), fix };
  }
}

export function diagnoseScopes({ scopes, team }: Pick<TokenOwner, "scopes" | "team">): Diagnosis {
  if (scopes.length === 0)
    return { id: "scopes", status: "warn", observed: "Slack did not say which scopes were granted" };
  const missing = SCOPES.bot.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) {
    const fix = `Update the app with \`deputy manifest slack\` (App Manifest) and install it again in ${team}.`;
    return { id: "scopes", status: "fail", observed: `missing: ${missing.join(", ")}`, fix };
  }
  const wanted: readonly string[] = [...SCOPES.bot, ...SCOPES.optional];
  const extra = scopes.filter((scope) => !wanted.includes(scope));
  if (extra.length > 0) {
    const fix = "Deputy uses none of these. Take them out of the app and install it again.";
    return {
      id: "scopes",
      status: "warn",
      observed: `more than the manifest asks for: ${extra.join(", ")}`,
      fix,
    };
  }
  const without = SCOPES.optional.filter((scope) => !scopes.includes(scope));
  const observed =
    without.length === 0 ? "as in the manifest" : `as in the manifest, without ${without.join(", ")}`;
  return { id: "scopes", status: "pass", observed };
}

/** Installed for the organisation and silent, until an administrator adds it to a workspace (ux d.18). */
async function diagnoseWorkspaces(apiUrl: string, token: Secret, owner: TokenOwner): Promise<Diagnosis> {
  const teams = await askWorkspaces(apiUrl, token);
  if (teams.length > 0) return { id: "workspaces", status: "pass", observed: `added to ${teams.join(", ")}` };
  return {
    id: "workspaces",
    status: "fail",
    observed: `installed for the organisation ${owner.team}, but in none of its workspaces: nobody can use it`,
    fix: "An organisation administrator adds it: Manage organisation, Integrations, Installed apps, the app, Add to more workspaces.",
  };
}

function describe({ team, enterprise, orgWide, botUser }: TokenOwner): string {
  const place = orgWide ? `the organisation ${team}` : `the workspace ${team}`;
  const grid = !orgWide && enterprise !== undefined ? ` of the organisation ${enterprise}` : "";
  return `${place}${grid}, as ${botUser}`;
}

function fixOf(error: unknown): string {
  if (error instanceof AppError && error.code === "slack.wrong_team")
    return "Correct SLACK_BOT_TOKEN or SLACK_TEAM_ID.";
  if (isAppError(error) && error.code === "chat.refused") return reinstall;
  return "Let this machine reach SLACK_API_URL, or correct it.";
}
