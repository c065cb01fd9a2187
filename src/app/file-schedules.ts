// `schedules[]` of the configuration file, brought to the rows when the doors are open: which platform a channel is of, is
// known only then.

import type { CancelTimer } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import { findLocalChannel, localPlatformName } from "../chat/local/cast.ts";
import { toAddress } from "../chat/local/to-inbound.ts";
import type { Config } from "../config/load-config.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import { asTenantId } from "../domain/ids.ts";
import type { Desk } from "../gateway/desk.ts";
import { type FileSchedule, syncSchedules } from "../gateway/schedule-sync.ts";
import type { World } from "../runtime/deps.ts";
import type { Platforms } from "./platforms.ts";

/** Where the file names none. */
const usualZone = "UTC";
const againMs = 5_000;

export interface FileSchedulesDeps {
  readonly config: Config;
  readonly world: Pick<World, "clock" | "log">;
  readonly desk: Desk;
  readonly platforms: Platforms;
  readonly defaultAgent: string;
}

/** Tries until every place is known; returns what ends that. Never rejects. */
export function keepFileSchedules(deps: FileSchedulesDeps): () => void {
  const { clock, log } = deps.world;
  let cancel: CancelTimer = () => undefined;
  let ended = false;
  let warned = false;
  const attempt = async (): Promise<void> => {
    const missing = await bring(deps).catch((error: unknown) => [errorText(error)]);
    if (missing.length === 0 || ended) return;
    if (!warned)
      log.warn("Schedules of the configuration file wait: it is not known where they post", { missing });
    warned = true;
    cancel = clock.after(againMs, () => void attempt());
  };
  void attempt();
  return () => {
    ended = true;
    cancel();
  };
}

/** Names of those whose place is not known. */
async function bring({
  config,
  desk,
  platforms,
  defaultAgent,
}: FileSchedulesDeps): Promise<readonly string[]> {
  const organisations = await organisationsOf(config, platforms);
  const wanted = config.file.settings.schedules.map(
    ({ name, agent, channel, what, when, timezone }): FileSchedule => ({
      name,
      agent: agent ?? defaultAgent,
      what,
      when,
      timeZone: timezone ?? usualZone,
      place: placeOf(channel, organisations, platforms),
    }),
  );
  await syncSchedules(desk, wanted);
  return wanted.filter(({ place }) => place === undefined).map(({ name }) => name);
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
