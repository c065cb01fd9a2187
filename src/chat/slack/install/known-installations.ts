// What single and stored installations have in common: who is served, and what readiness shows of them.

import type { Clock } from "../../../base/clock.ts";
import { AppError } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Secret } from "../../../base/secret.ts";
import type { Installation, Installations } from "../installations.ts";
import { askWorkspaces, type TokenOwner } from "./ask-slack.ts";

export interface InstallationState {
  /** Absent while Slack has not been asked whose token it is. */
  readonly team?: string;
  /** Why it is not usable any more. */
  readonly revoked?: string;
}

export interface KnownInstallations extends Installations {
  /** For readiness: asks nothing of Slack. */
  states(): Promise<readonly InstallationState[]>;
}

export interface InstallationsDeps {
  readonly apiUrl: string;
  /** Workspaces and organisations that are served; all when empty. */
  readonly allowed: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

export function isAllowed(
  allowed: readonly string[],
  { team, enterprise }: Pick<TokenOwner, "team" | "enterprise">,
): boolean {
  return (
    allowed.length === 0 ||
    allowed.includes(team) ||
    (enterprise !== undefined && allowed.includes(enterprise))
  );
}

export function wrongTeam({ team }: TokenOwner, allowed: readonly string[]): AppError {
  return new AppError(
    "slack.wrong_team",
    `SLACK_BOT_TOKEN belongs to ${team}, but SLACK_TEAM_ID says ${allowed.join(", ")}. Set the token of that workspace, or correct SLACK_TEAM_ID.`,
    { facts: { team } },
  );
}

export function toInstallation(owner: TokenOwner, botToken: Secret): Installation {
  const { team, botUser, botId, appId } = owner;
  return {
    teamId: team,
    botToken,
    botUserId: botUser,
    botId,
    ...(appId === undefined ? {} : { appId }),
  };
}

/** How long the list of an organisation's workspaces is believed. */
const listedMs = 10 * 60_000;

/** Whether an app of the whole organisation was added to the workspace. */
export type ReachesWorkspace = (owner: TokenOwner, token: Secret, team: string) => Promise<boolean>;

export function createReachesWorkspace({
  apiUrl,
  clock,
}: Pick<InstallationsDeps, "apiUrl" | "clock">): ReachesWorkspace {
  const lists = new Map<string, { readonly until: number; readonly teams: Promise<readonly string[]> }>();
  return async (owner, token, team) => {
    if (!owner.orgWide || team === owner.team) return team === owner.team;
    const listed = lists.get(owner.team);
    if (listed && listed.until > clock.now()) return (await listed.teams).includes(team);
    const teams = askWorkspaces(apiUrl, token);
    lists.set(owner.team, { until: clock.now() + listedMs, teams });
    teams.catch(() => lists.delete(owner.team));
    return (await teams).includes(team);
  };
}
