// What must hold between the settings of Slack.

import type { BuiltinGroups } from "./builtin-slices.ts";
import type { ConfigProblem } from "./errors.ts";

type SlackGroups = Pick<BuiltinGroups, "core" | "slack">;

/** Is there anything to speak to Slack with? */
export function usesSlack({ slack }: Pick<BuiltinGroups, "slack">): boolean {
  return slack.botToken !== undefined || slack.clientId !== undefined;
}

export function slackConflicts(groups: SlackGroups): readonly ConfigProblem[] {
  const { core, slack } = groups;
  const problems: ConfigProblem[] = [];
  const hasDoors = core.role !== "worker";
  if (usesSlack(groups) && hasDoors && slack.signingSecret === undefined && slack.appToken === undefined) {
    problems.push({
      where: slack.botToken === undefined ? "SLACK_CLIENT_ID" : "SLACK_BOT_TOKEN",
      message:
        "is set, but nothing lets Slack's events in: set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for requests to /slack/events.",
    });
  }
  return [...problems, ...clientConflicts(groups)];
}

function clientConflicts({ core, slack }: SlackGroups): readonly ConfigProblem[] {
  if (slack.clientId === undefined) return [];
  const missing = [
    slack.clientSecret === undefined && "SLACK_CLIENT_SECRET, which Slack asks for",
    core.publicUrl === undefined && "DEPUTY_PUBLIC_URL, where people come back to after installing",
  ].filter((name) => name !== false);
  if (missing.length === 0) return [];
  return [{ where: "SLACK_CLIENT_ID", message: `needs ${missing.join("; and ")}.` }];
}

export function slackNotes(groups: SlackGroups): readonly string[] {
  const { core, slack } = groups;
  if (!usesSlack(groups)) {
    if (slack.signingSecret === undefined && slack.appToken === undefined) return [];
    return [
      "Slack is half configured and not used: set SLACK_BOT_TOKEN, or SLACK_CLIENT_ID to install by OAuth.",
    ];
  }
  const notes: string[] = [];
  if (slack.appToken === undefined && core.publicUrl === undefined)
    notes.push(
      "Slack is to deliver to /slack/events of this server, and DEPUTY_PUBLIC_URL does not say where that is; `deputy manifest slack` needs it.",
    );
  if (slack.clientId !== undefined && slack.teamIds === undefined)
    notes.push(
      "Every workspace that Slack lets install the app is served. Set SLACK_TEAM_ID to those that you want.",
    );
  return notes;
}
