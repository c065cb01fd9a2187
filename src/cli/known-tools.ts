// Which names of tools a rule may have: for hints at rules that match nothing.

import picomatch from "picomatch";
import type { Config } from "../config/load-config.ts";
import { builtinTools } from "../tools/registry.ts";

/** A server may have more tools than its block names. */
export function knowsTool({ file }: Config): (glob: string) => boolean {
  const servers = Object.keys(file.settings.mcp);
  return (glob) => {
    const server = /^([^*?{[(!]+?)__/.exec(glob)?.[1];
    if (server !== undefined) return servers.includes(server);
    return /__|^\*/.test(glob) || builtinTools.some(({ name }) => picomatch.isMatch(name, glob));
  };
}
