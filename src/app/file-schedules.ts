// `schedules[]` of the configuration file, brought to the rows when the doors are open.

import type { CancelTimer } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import type { Desk } from "../gateway/desk.ts";
import { type FileSchedule, syncSchedules } from "../gateway/schedule-sync.ts";
import type { World } from "../runtime/deps.ts";
import { channelPlaces } from "./channel-place.ts";
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
  const placeOf = await channelPlaces(config, platforms);
  const wanted = config.file.settings.schedules.map(
    ({ name, agent, channel, what, when, timezone }): FileSchedule => ({
      name,
      agent: agent ?? defaultAgent,
      what,
      when,
      timeZone: timezone ?? usualZone,
      place: placeOf(channel),
    }),
  );
  await syncSchedules(desk, wanted);
  return wanted.filter(({ place }) => place === undefined).map(({ name }) => name);
}
