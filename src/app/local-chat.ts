// The local chat of the data folder, for this process alone: two writers of one log would undo each other's lines.

import path from "node:path";
import { AppError } from "../base/errors.ts";
import { localPeople, localTenant, toPerson } from "../chat/local/cast.ts";
import { createLocalChat, type LocalChat } from "../chat/local/local-chat.ts";
import type { Config } from "../config/load-config.ts";
import { claimFile } from "../store/single-process.ts";
import type { Edges } from "./edges.ts";
import type { StopList } from "./stop-list.ts";

/** Rejects with `ChatInUse` while another process has it. Its people are known by name before they have said a word. */
export async function openLocalChat(
  config: Config,
  { world, store }: Pick<Edges, "world" | "store">,
  agentName: string,
  stops: StopList,
): Promise<LocalChat> {
  const folder = path.join(config.core.dataFolder, "chat");
  const claim = claimFile(path.join(folder, "chat"), () => new ChatInUse(folder));
  stops.add(() => claim.release());
  const { clock, ids, log } = world;
  await store.write(async (tx) => {
    for (const person of localPeople) await tx.people.see(toPerson(person), localTenant, clock.now());
  });
  return createLocalChat({ folder, clock, ids, log, agentName });
}

export class ChatInUse extends AppError<"app.chat_in_use"> {
  constructor(folder: string) {
    super(
      "app.chat_in_use",
      `Another Deputy has the local chat in ${folder} open already, and only one process can. Stop that one, or start this one with \`deputy worker\`, which needs no chat.`,
    );
  }
}
