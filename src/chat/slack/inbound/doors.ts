// Both doors of Slack, over one Bolt app: whatever way a delivery comes, it is heard in the same way.
//
// Does not own: what is said to Slack (outbound/), what things look like there (render/).

import type { Door, PlatformHealth } from "../../contract.ts";
import type { SlackDeps } from "../deps.ts";
import { doorPath } from "../manifest-parts.ts";
import { createDispatch } from "./dispatch.ts";
import type { SlackEdges } from "./edges.ts";
import { createHttpDoor } from "./http-door.ts";
import { createRejections } from "./rejections.ts";
import { createSocketDoor } from "./socket-door.ts";

export interface SlackDoors {
  /** Empty without a signing secret. Each answers 503 before the start and after the stop. */
  readonly doors: readonly Door[];
  /** Resolves though Slack can't be reached: `health` says so, and it is tried until the stop. */
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): PlatformHealth;
}

export function createSlackDoors(deps: SlackDeps, edges: SlackEdges): SlackDoors {
  const { settings, clock, log, installations } = deps;
  const rejections = createRejections(log, (why) => edges.hooks.rejected?.(why));
  const reject = rejections.count;
  const process = createDispatch(
    { settings, log, reject },
    { edges, reject, deps: { clock, log, installations } },
    installations,
  );

  const { signingSecret, appToken } = settings;
  let open = false;
  const http =
    signingSecret && createHttpDoor({ clock, log, signingSecret, process, reject, isOpen: () => open });
  const socket = appToken && createSocketDoor({ clock, log, appToken, process, apiUrl: settings.apiUrl });
  return {
    doors: http ? [http] : [],
    async start() {
      open = true;
      await socket?.start();
    },
    async stop() {
      open = false;
      await socket?.stop();
    },
    health() {
      const seen = [
        ...(http ? [{ ok: open, observed: `${doorPath} is ${open ? "open" : "closed"}.` }] : []),
        ...(socket ? [socket.health()] : []),
      ];
      if (seen.length === 0) {
        return { ok: false, observed: "No door: set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET." };
      }
      const refused = rejections.total() === 0 ? [] : [`${rejections.total()} deliveries were refused.`];
      return {
        ok: seen.every(({ ok }) => ok),
        observed: [...seen.map(({ observed }) => observed), ...refused].join(" "),
      };
    },
  };
}
