// Opens the model that the settings name.

import type { Model } from "./contract.ts";
import { type ModelApi, type ModelDeps, modelDrivers } from "./registry.ts";

export interface ModelSettings extends ModelDeps {
  readonly api: ModelApi;
}

/** Touches no network: the first call does. `baseUrl` must be a valid URL. */
export function openModel({ api, ...deps }: ModelSettings): Model {
  return modelDrivers[api](deps);
}
