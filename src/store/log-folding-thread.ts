// The thread that folds the write-ahead log of one SQLite file into it (log-folding.ts), over a connection of its own.
//
//   FT1  It never makes anybody wait: what others still read or write just now is left for the next time (`passive`).
//   FT2  What was folded has reached the disk before the log may be written over: `synchronous=FULL`, as for who writes (SC1).

import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { openLasting } from "./lasting-statements.ts";
import type { FoldThreadData } from "./log-folding.ts";

function foldLog({ file }: FoldThreadData): void {
  const connection = openLasting(file, { fileMustExist: true });
  connection.exec("pragma synchronous = FULL");
  connection.exec("pragma wal_autocheckpoint = 0");
  parentPort?.on("message", (message: "fold" | "stop") => {
    if (message === "stop") {
      connection.close();
      parentPort?.close();
      return;
    }
    connection.exec("pragma wal_checkpoint(passive)");
    parentPort?.postMessage("folded");
  });
}

if (!isMainThread) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- log-folding.ts starts this file, and gives it this
  foldLog(workerData as FoldThreadData);
}
