// An append-only file of JSON lines.
//
//   L1  `append` resolves only after the line is on disk; lines that wait together share one sync.
//   L2  Lines are taken in by `onDurable` in the order in which they were appended.
//   L3  A torn last line (the process died while writing) is cut off at opening and reported; a broken line anywhere
//       else stops the opening, because cutting there would lose what follows.
//   L4  A write that fails leaves no half line behind. When that cannot be made sure, the log takes no more lines and
//       the fate of the last ones is unknown until it is opened again.

import { mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { errorText, systemErrorCode } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import type { Logger } from "../../base/logger.ts";
import { ChatError } from "../errors.ts";

/** The file as the log uses it; a Node.js file handle is one. */
export interface LogFile {
  write(bytes: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface RecordLogOptions<T> {
  readonly file: string;
  readonly schema: z.ZodType<T>;
  readonly log: Logger;
  /** Called for each line found at opening, then for each line once it is durable. Must not throw. */
  readonly onDurable: (record: T) => void;
  /** Opens the file for writing, making it where it is missing. */
  readonly openFile?: (file: string) => Promise<LogFile>;
}

export interface RecordLog<T> {
  append(record: T): Promise<void>;
  /** Waits for what is being written. Twice is once. */
  close(): Promise<void>;
}

interface Waiting<T> {
  readonly record: T;
  readonly line: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const newline = 0x0a;

export async function openRecordLog<T>(options: RecordLogOptions<T>): Promise<RecordLog<T>> {
  const folder = path.dirname(options.file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await (options.openFile ?? openLogFile)(options.file);
  try {
    const end = await replay(options);
    await file.truncate(end);
    await syncFolder(folder);
    return createWriter(file, end, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Positions count, so the file is not opened for appending. */
export async function openLogFile(file: string): Promise<LogFile> {
  await (await open(file, "a", 0o600)).close();
  return open(file, "r+");
}

/** Reads the lines that are there; returns where the next one goes. */
async function replay<T>({ file, schema, log, onDurable }: RecordLogOptions<T>): Promise<number> {
  const bytes = await readFile(file);
  let start = 0;
  for (let number = 1; start < bytes.length; number += 1) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    const parsed = parseJson(bytes.toString("utf8", start, end));
    const record = parsed && schema.safeParse(parsed.value);
    const last = end + 1 >= bytes.length;
    if (found < 0 || (last && parsed === undefined)) {
      log.warn("the chat log ended in a torn line, which was cut off", {
        line: number,
        bytes: end - start,
      });
      return start;
    }
    if (record?.success !== true) throw brokenLine(file, number);
    onDurable(record.data);
    start = end + 1;
  }
  return start;
}

function brokenLine(file: string, number: number): ChatError {
  return new ChatError(
    "chat.bad_request",
    `Could not read the chat log ${file}: line ${number} is not one of its records. Restore the file from a backup, or move it away to start with an empty chat.`,
    { fate: "refused", facts: { line: number } },
  );
}

function createWriter<T>(file: LogFile, start: number, { onDurable }: RecordLogOptions<T>): RecordLog<T> {
  let end = start;
  let queue: Waiting<T>[] = [];
  let writing: Promise<void> | undefined;
  let broken: ChatError | undefined;
  let closing = false;

  const write = async (bytes: Buffer): Promise<ChatError | undefined> => {
    try {
      await writeAll(file, bytes, end);
    } catch (error) {
      const cut = await file.truncate(end).then(
        () => true,
        () => false,
      );
      if (!cut) broken = unknownFate(error);
      return broken ?? refused(error);
    }
    try {
      await file.datasync();
    } catch (error) {
      broken = unknownFate(error);
      return broken;
    }
    end += bytes.length;
    return undefined;
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      const failure = broken ?? (await write(Buffer.concat(batch.map((one) => one.line))));
      for (const one of batch) {
        if (failure === undefined) onDurable(one.record);
        if (failure === undefined) one.resolve();
        else one.reject(failure);
      }
    }
    writing = undefined;
  };

  return {
    append(record) {
      if (closing) return Promise.reject(closed());
      const line = Buffer.from(`${JSON.stringify(record)}\n`, "utf8");
      return new Promise((resolve, reject) => {
        queue.push({ record, line, resolve, reject });
        writing ??= Promise.resolve().then(drain); // whatever comes in the same tick shares the sync
      });
    },
    async close() {
      if (closing) return;
      closing = true;
      await writing;
      await file.close();
    },
  };
}

async function writeAll(file: LogFile, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** The new file's name has to survive, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync().catch(() => undefined); // not every system syncs folders
  await handle.close();
}

function isFull(error: unknown): boolean {
  return systemErrorCode(error) === "ENOSPC";
}

function refused(cause: unknown): ChatError {
  const what = isFull(cause) ? "the disk is full. Free some space" : `${errorText(cause)}. Check the disk`;
  return new ChatError("chat.unavailable", `Could not write to the chat log: ${what} and try again.`, {
    fate: "refused",
    retry: { kind: "backoff" },
    cause,
  });
}

function unknownFate(cause: unknown): ChatError {
  return new ChatError(
    "chat.unavailable",
    `Could not make sure that the chat log is on disk: ${errorText(cause)}. Check the disk, then restart Deputy.`,
    { fate: "unknown", retry: { kind: "backoff" }, cause },
  );
}

function closed(): ChatError {
  return new ChatError(
    "chat.unavailable",
    "The local chat is stopped and takes nothing more. Start it again.",
    {
      fate: "refused",
      retry: { kind: "backoff" },
    },
  );
}
