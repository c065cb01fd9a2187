// What calls are judged by in this process, kept up to date: the rules of the file and the brakes of the rows.

import type { Config } from "../config/load-config.ts";
import type { Rulebook } from "../runtime/stages/by-rules.ts";
import { openBrakeBox } from "./brake-box.ts";
import type { Edges } from "./edges.ts";
import { recordSettings } from "./config-record.ts";
import { createLivePolicy, type LivePolicy } from "./live-policy.ts";
import type { StopList } from "./stop-list.ts";

export interface Judging extends Rulebook {
  readonly reread: LivePolicy["reread"];
}

export async function openJudging(
  config: Config,
  { world, store }: Edges,
  stops: StopList,
): Promise<Judging> {
  const policy = createLivePolicy({ config, world, store });
  stops.add(() => policy.stop());
  const { settings } = config.file;
  await recordSettings(store, { settings, policy: policy.current().version }, world.clock.now());
  const brakes = await openBrakeBox(store, world);
  stops.add(() => brakes.stop());
  return {
    policy: () => policy.current(),
    brakes: () => brakes.current(),
    ownerOf: (name) => settings.connections[name]?.identity,
    reread: () => policy.reread(),
  };
}
