// The slices that this folder declares itself, because their folders are below it, beside it or not built yet.

import type { GroupsOf } from "./contract.ts";
import { coreSlice } from "./env-core.ts";
import { limitsSlice } from "./env-limits.ts";
import { modelSlice } from "./env-model.ts";
import { observabilitySlice } from "./env-observability.ts";
import { slackSlice } from "./env-slack.ts";
import { stateSlice } from "./env-state.ts";
import { teamsSlice } from "./env-teams.ts";

export const builtinSlices = {
  core: coreSlice,
  state: stateSlice,
  model: modelSlice,
  slack: slackSlice,
  teams: teamsSlice,
  limits: limitsSlice,
  observability: observabilitySlice,
} as const;

export type BuiltinGroups = GroupsOf<typeof builtinSlices>;
