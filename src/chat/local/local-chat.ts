// Opens the local chat: a chat platform whose server is this process. It keeps everything in a folder of its own,
// `log.ndjson` and `files/`, and belongs to one process at a time.

import path from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Ids } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { ChatPlatform } from "../contract.ts";
import { createDeliveries } from "./deliveries.ts";
import { openFileShelf } from "./file-shelf.ts";
import { openLedger } from "./ledger.ts";
import { createLocalPlatform } from "./local-platform.ts";
import { createLocalRoom } from "./local-room.ts";
import type { LogFile } from "./record-log.ts";
import type { LocalRoom } from "./room.ts";

export interface LocalChatDeps {
  /** `$DEPUTY_DATA/chat` */
  readonly folder: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** How people mention the agent: `@deputy`. */
  readonly agentName: string;
  readonly openFile?: (file: string) => Promise<LogFile>;
}

export interface LocalChat {
  /** Its `stop` closes the room, too. */
  readonly platform: ChatPlatform;
  readonly room: LocalRoom;
}

/** Rejects with `ChatError` when the log cannot be read. */
export async function createLocalChat(deps: LocalChatDeps): Promise<LocalChat> {
  const { folder, clock, ids, agentName } = deps;
  const log = deps.log.child({ platform: "local" });
  const shelf = await openFileShelf(path.join(folder, "files"), ids);
  const ledger = await openLedger({
    folder,
    clock,
    log,
    ...(deps.openFile && { openFile: deps.openFile }),
  });
  const deliveries = createDeliveries({ ledger, clock, log, agentName });
  return {
    platform: createLocalPlatform({ ledger, shelf, deliveries, ids }),
    room: createLocalRoom({ ledger, shelf, deliveries, ids, agentName }),
  };
}
