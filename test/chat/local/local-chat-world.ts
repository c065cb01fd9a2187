// The local chat on a private folder and a hand-driven clock, with a disk that can be made to fail.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createIds } from "../../../src/base/ids.ts";
import { type Logger, silentLogger } from "../../../src/base/logger.ts";
import type { Receive } from "../../../src/chat/contract.ts";
import { createLocalChat, type LocalChat } from "../../../src/chat/local/local-chat.ts";
import { type LogFile, openLogFile } from "../../../src/chat/local/record-log.ts";
import { asPersonKey } from "../../../src/domain/ids.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";

export const ana = asPersonKey("local:local:ana");
export const bo = asPersonKey("local:local:bo");
export const ada = asPersonKey("local:local:ada");

/** What the next write does: `full` takes half and fails; `unsure` takes it all, but never says so. */
type DiskFault = "none" | "full" | "unsure";

export interface LocalWorld {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly disk: { fault: DiskFault };
  /** The chat as it is now: another one after `restart`. */
  chat(): LocalChat;
  /** A new chat on the same folder; the old one is stopped first, unless the process is to have died. */
  restart(how?: "stopped" | "died"): Promise<LocalChat>;
  close(): Promise<void>;
}

export async function openLocalWorld(receive?: Receive, log: Logger = silentLogger): Promise<LocalWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-chat-"));
  const clock = createManualClock();
  const disk: LocalWorld["disk"] = { fault: "none" };
  const open = async (): Promise<LocalChat> => {
    const openFile = async (file: string): Promise<LogFile> => faulty(await openLogFile(file), disk);
    const made = await createLocalChat({
      folder,
      clock,
      ids: createIds(() => clock.now()),
      log,
      agentName: "deputy",
      openFile,
    });
    if (receive) await made.platform.start(receive);
    return made;
  };
  let chat = await open();
  const opened = [chat];
  return {
    folder,
    clock,
    disk,
    chat: () => chat,
    async restart(how = "stopped") {
      if (how === "stopped") await chat.platform.stop();
      disk.fault = "none";
      chat = await open();
      opened.push(chat);
      return chat;
    },
    async close() {
      await Promise.all(opened.map(({ platform }) => platform.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function faulty(file: LogFile, disk: LocalWorld["disk"]): LogFile {
  return {
    async write(bytes, offset, length, position) {
      if (disk.fault !== "full") return file.write(bytes, offset, length, position);
      await file.write(bytes, offset, Math.floor(length / 2), position);
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    },
    async datasync() {
      if (disk.fault === "unsure") throw Object.assign(new Error("input/output error"), { code: "EIO" });
      await file.datasync();
    },
    truncate: (length) => file.truncate(length),
    close: () => file.close(),
  };
}
