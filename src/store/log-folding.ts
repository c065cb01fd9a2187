// Has the write-ahead log of an SQLite file folded into it by a thread, so that no commit has to wait for that.
//
// Owns: when it is folded, and by whom. Does not own: what SQLite promises about it, which is the same whoever does it.
//
//   LF1  Where little is written nobody is started for it: the connection that writes folds its log by itself (SC2).
//   LF2  So it does again when the thread is gone; and where the thread doesn't keep up, before the log has become large.
//   LF3  The commit after which it was to be folded has taken effect, whatever becomes of that.
//   LF4  The thread keeps no process alive.
//   LF5  Where no thread can be had it is tried again only after as many commits as before the first one.

import type { Worker } from "node:worker_threads";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { startThread } from "./start-thread.ts";

/** The connection that writes, as far as folding goes. */
export interface FoldedConnection {
  readonly file: string;
  /** It folds the log by itself, at this many pages. */
  foldAt(pages: number): void;
  /** How many pages of the log are not in the file yet. */
  unfolded(): number;
}

export interface LogFolding {
  /** After each commit. Never throws (LF3). */
  committed(): void;
  stop(): Promise<void>;
}

export interface FoldThreadData {
  readonly file: string;
}

/** At which the connection folds by itself where no thread does (SC2). */
export const pagesAlone = 128;
/** And where one does, but is late (LF2). */
const pagesBeside = 192;
/** At which the thread is asked. */
const pagesAsked = 96;
const commitsAlone = 256;

export function createLogFolding(connection: FoldedConnection, log: Logger): LogFolding {
  let commits = 0;
  let thread: Worker | undefined;
  let folding = false;
  let stopping: Promise<void> | undefined;

  const start = (): Worker => {
    connection.foldAt(pagesBeside);
    const workerData: FoldThreadData = { file: connection.file };
    const worker = startThread("log-folding-thread", { workerData });
    worker.on("message", () => {
      folding = false;
    });
    worker.unref(); // LF4: after it is listened to, which would keep the process alive again
    worker.on("error", (error) =>
      log.warn("The thread that folds the database's log failed", { error: errorText(error) }),
    );
    worker.once("exit", () => {
      thread = undefined;
      folding = false;
      commits = 0;
      if (!stopping) connection.foldAt(pagesAlone); // LF2
    });
    return worker;
  };
  const goOn = (): void => {
    commits += 1;
    if (stopping || folding || commits < commitsAlone) return; // LF1
    thread ??= start();
    if (connection.unfolded() < pagesAsked) return;
    folding = true;
    thread.postMessage("fold");
  };

  return {
    committed() {
      try {
        goOn();
      } catch (error) {
        commits = 0; // LF5
        log.warn("The database's log could not be given to a thread to fold", { error: errorText(error) });
      }
    },
    stop() {
      stopping ??= ended(thread);
      return stopping;
    },
  };
}

async function ended(thread: Worker | undefined): Promise<void> {
  if (!thread) return;
  const exited = new Promise((resolve) => thread.once("exit", resolve));
  thread.ref();
  thread.postMessage("stop");
  await exited;
}
