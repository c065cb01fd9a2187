// Connections of the configuration file that name a service which nobody here knows: said at the start, not to the first person who
// wants to connect. Which services are built in is known above the configuration.

import { ConfigError } from "../config/errors.ts";
import type { LoadedConfigFile } from "../config/file/load-config-file.ts";
import { nearestName } from "../config/nearest-name.ts";
import { providers } from "../grants/registry.ts";

/** Throws a `ConfigError`. One that says itself where its service is may call it as it likes. */
export function requireKnownServices({ path, settings }: Pick<LoadedConfigFile, "path" | "settings">): void {
  const builtIn = providers.map(({ name }) => name);
  const problems = Object.entries(settings.connections).flatMap(([connection, config]) => {
    const { provider, authorization_endpoint: endpoint } = config;
    if (provider === undefined || builtIn.includes(provider)) return [];
    if (endpoint !== undefined) return [];
    const nearest = nearestName(provider, builtIn);
    const hint =
      nearest === undefined
        ? `built in are ${builtIn.join(", ")}. For another one give issuer instead, or its endpoints.`
        : `did you mean ${nearest}?`;
    const where = `${path}, connections.${connection}.provider`;
    return [{ where, message: `there is no built-in service "${provider}"; ${hint}` }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}
