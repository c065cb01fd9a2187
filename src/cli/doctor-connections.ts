// Can the connections of the configuration file be used, as far as their settings go?

import { requireKnownServices } from "../app/connection-check.ts";
import type { Config } from "../config/load-config.ts";
import { clientKey } from "../grants/client-key.ts";
import { connectionSpecs, problemOf } from "../grants/connection-spec.ts";
import type { Finding } from "./check.ts";

/** Throws where nothing would start with them: that is the failed check. */
export async function connectionsCheck({ file }: Pick<Config, "file">): Promise<Finding> {
  requireKnownServices(file);
  const specs = [...connectionSpecs(file.settings).values()];
  for (const { name, clientKey: key } of specs) if (key) await clientKey(key, name);
  const [first, ...others] = specs.flatMap((spec) => problemOf(spec) ?? []);
  if (first === undefined) return { status: "pass", observed: `${specs.length} with what they need` };
  const more = others.length > 0 ? ` ${others.length} more have something missing, too.` : "";
  return { status: "warn", observed: `${first}${more}`, fix: "See docs/connections.md." };
}
