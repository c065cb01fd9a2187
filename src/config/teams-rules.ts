// What must hold between the settings of Teams.

import type { BuiltinGroups } from "./builtin-slices.ts";
import type { ConfigFile } from "./config-file-schema.ts";
import type { ConfigProblem } from "./errors.ts";

type TeamsGroups = Pick<BuiltinGroups, "core" | "teams">;

/** Is there anything to speak to Teams with? `teamsConflicts` has seen to it that all of it is there. */
export function usesTeams({ teams }: Pick<BuiltinGroups, "teams">): boolean {
  return teams.appId !== undefined && teams.tenantId !== undefined && teams.appPassword !== undefined;
}

/** ING-4: with less than all three, whose messages are taken and who answers would be anybody's guess. */
export function teamsConflicts({ teams }: TeamsGroups): readonly ConfigProblem[] {
  const parts = [
    ["TEAMS_APP_ID", teams.appId],
    ["TEAMS_TENANT_ID", teams.tenantId],
    ["TEAMS_APP_PASSWORD", teams.appPassword],
  ] as const;
  const set = parts.filter(([, value]) => value !== undefined).map(([name]) => name);
  const missing = parts.filter(([, value]) => value === undefined).map(([name]) => name);
  const [where] = set;
  if (where === undefined || where === "TEAMS_APP_PASSWORD" || missing.length === 0) return [];
  return [
    {
      where,
      message: `is set without ${missing.join(" and ")}: Teams needs all three, so that only your tenant is heard and only your app answers.`,
    },
  ];
}

/** What the links to files that Teams is given are good for (file-offers.ts in chat/teams). */
const linksMs = 7 * 24 * 3_600_000;

/** Of links that may lead nowhere before they end. */
export function teamsFileNotes(
  groups: Pick<BuiltinGroups, "teams">,
  { retention }: Pick<ConfigFile, "retention">,
): readonly string[] {
  if (!usesTeams(groups) || (retention.workspaces ?? linksMs) >= linksMs) return [];
  return [
    "Links to files in Teams are good for a week, and retention.workspaces is shorter: one may lead nowhere before that, when the files of its conversation have gone.",
  ];
}

export function teamsNotes(groups: TeamsGroups): readonly string[] {
  const { core, teams } = groups;
  if (teams.appPassword !== undefined && !usesTeams(groups))
    return ["Teams is half configured and not used: set TEAMS_APP_ID and TEAMS_TENANT_ID, too."];
  if (!usesTeams(groups) || core.publicUrl?.startsWith("https://") === true) return [];
  return [
    "Teams delivers to /api/messages of this server over https; DEPUTY_PUBLIC_URL does not say where that is. Links to files need it, too.",
  ];
}
