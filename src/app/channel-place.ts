// Where a channel of the configuration file is: which platform and organisation it is of, is known only when the doors are open.

import { findLocalChannel, localPlatformName } from "../chat/local/cast.ts";
import { toAddress } from "../chat/local/to-inbound.ts";
import type { Config } from "../config/load-config.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import { asTenantId } from "../domain/ids.ts";
import type { Platforms } from "./platforms.ts";

/** Undefined while it is not known. */
export type PlaceOf = (written: string) => ConversationAddress | undefined;

export async function channelPlaces(config: Config, platforms: Platforms): Promise<PlaceOf> {
  const organisations = await organisationsOf(config, platforms);
  return (written) => placeOf(written, organisations, platforms);
}

interface Organisations {
  readonly slack: readonly string[];
  readonly teams: string | undefined;
}

async function organisationsOf(config: Config, platforms: Platforms): Promise<Organisations> {
  return { slack: await slackTeams(config, platforms), teams: config.teams.tenantId };
}

async function slackTeams({ slack }: Config, platforms: Platforms): Promise<readonly string[]> {
  const states = (await platforms.slack?.states()) ?? [];
  const known = states.flatMap(({ team, revoked }) =>
    team === undefined || revoked !== undefined ? [] : [team],
  );
  return known.length > 0 ? known : (slack.teamIds ?? []);
}

/** `C01`, or where several workspaces are served `slack:T0001:C01`; in Teams `19:…@thread.tacv2`, with or without `teams:<tenant>:`. */
function placeOf(
  written: string,
  { slack: workspaces, teams: teamsTenant }: Organisations,
  { localChat, slack, teams }: Platforms,
): ConversationAddress | undefined {
  const [platform, organisation, channel] = parts(written, teamsTenant);
  if (platform === "teams")
    return teams && organisation === teamsTenant ? inTeams(teamsTenant, channel) : undefined;
  if (localChat && platform !== "slack" && findLocalChannel(channel))
    return toAddress({ channel, thread: "" });
  const [only, ...others] = workspaces;
  const team = organisation ?? (others.length === 0 ? only : undefined);
  if (!slack || platform === localPlatformName || team === undefined) return undefined;
  return { platform: "slack", tenant: asTenantId(`slack-${team}`), kind: "channel", channel, thread: "" };
}

function inTeams(tenant: string | undefined, channel: string): ConversationAddress {
  return { platform: "teams", tenant: asTenantId(`teams-${tenant}`), kind: "channel", channel, thread: "" };
}

function parts(
  written: string,
  teamsTenant: string | undefined,
): readonly [platform: string | undefined, organisation: string | undefined, channel: string] {
  if (written.startsWith("19:")) return ["teams", teamsTenant, written];
  const [platform, organisation, ...channel] = written.split(":");
  return channel.length === 0 ? [undefined, undefined, written] : [platform, organisation, channel.join(":")];
}
