// Where people of a platform find the console: nowhere where they could not say there who they are.
//
//   CA1  An address holds no secret and lets nobody in: whoever follows it signs in there.

import { localPlatformName } from "../chat/local/cast.ts";
import type { Config } from "../config/load-config.ts";
import type { RunId } from "../domain/ids.ts";
import type { DetailsAt } from "../gateway/desk.ts";
import { consoleHome, consolePath } from "../web/console-path.ts";
import { identitiesOf } from "./identities.ts";

export interface ConsoleAt {
  /** The page of a run; of the local chat a path, which its page completes with who looks. */
  runPage(run: RunId, platform: string): string | undefined;
  /** What one person works on; undefined in the local chat, whose page is that. */
  home(platform: string): string | undefined;
  readonly detailsAt: DetailsAt;
}

/** `base`: where a browser reaches this process. */
export function createConsoleAt(config: Config, base: () => string = () => ""): ConsoleAt {
  const { publicUrl } = config.core;
  const platforms = new Set(identitiesOf(config).map(({ platform }) => platform));
  const outside = (platform: string): string | undefined => (platforms.has(platform) ? publicUrl : undefined);
  const runPage: ConsoleAt["runPage"] = (run, platform) => {
    if (platform === localPlatformName) return `/chat${consolePath(run)}`;
    const at = outside(platform);
    return at === undefined ? undefined : `${at}${consolePath(run)}`;
  };
  return {
    runPage,
    home(platform) {
      const at = outside(platform);
      return at === undefined ? undefined : `${at}${consoleHome}`;
    },
    detailsAt(run, reader) {
      const [platform = "", , user = ""] = reader.split(":");
      const page = runPage(run, platform);
      return platform === localPlatformName && page !== undefined
        ? `${base()}${page}?as=${encodeURIComponent(user)}`
        : page;
    },
  };
}
