// The files of the chat, by id, under `files/`. A file is on disk before the message that carries it.

import { mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { errorText, systemErrorCode } from "../../base/errors.ts";
import type { Ids } from "../../base/ids.ts";
import { ChatError } from "../errors.ts";
import { safeText } from "../safe-text.ts";
import type { LocalFile } from "./records.ts";

interface ShelfFile {
  readonly name: string;
  readonly title?: string;
  readonly mimeType?: string;
  readonly content: Buffer;
}

export interface FileShelf {
  /** All or none. */
  keep(files: readonly ShelfFile[]): Promise<readonly LocalFile[]>;
  read(file: LocalFile): Promise<Buffer>;
  /** Takes files off the shelf whose message never came to be. */
  drop(files: readonly LocalFile[]): Promise<void>;
}

const longestName = 200;

export async function openFileShelf(folder: string, ids: Ids): Promise<FileShelf> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const drop = async (files: readonly LocalFile[]): Promise<void> => {
    await Promise.all(files.map(({ id }) => rm(path.join(folder, id), { force: true })));
  };
  return {
    drop,
    async keep(files) {
      const kept: LocalFile[] = [];
      try {
        for (const { name, title, mimeType, content } of files) {
          const more = { ...(title !== undefined && { title }), ...(mimeType !== undefined && { mimeType }) };
          const file = { id: ids.next("file"), name: tidyName(name), ...more, sizeBytes: content.length };
          kept.push(file);
          await writeDurably(path.join(folder, file.id), content);
        }
      } catch (error) {
        await drop(kept).catch(() => undefined); // the first failure is the one to tell
        throw notKept(error);
      }
      return kept;
    },
    async read({ id, name }) {
      try {
        return await readFile(path.join(folder, id));
      } catch (error) {
        throw gone(id, name, error);
      }
    },
  };
}

async function writeDurably(file: string, content: Buffer): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The last part of a path, without characters that no file name should have; never empty. */
function tidyName(name: string): string {
  const last = safeText(name).split(/[\\/]/).at(-1)?.replace(/\s+/g, " ").trim() ?? "";
  if (last === "" || last === "." || last === "..") return "file";
  const extension = path.extname(last).slice(0, 20);
  return last.length <= longestName ? last : last.slice(0, longestName - extension.length) + extension;
}

function notKept(cause: unknown): ChatError {
  const full = systemErrorCode(cause) === "ENOSPC";
  const what = full ? "the disk is full. Free some space" : `${errorText(cause)}. Check the data folder`;
  return new ChatError(
    "chat.unavailable",
    `Could not keep a file of the local chat: ${what} and try again.`,
    {
      fate: "refused",
      retry: { kind: "backoff" },
      cause,
    },
  );
}

function gone(id: string, name: string, cause: unknown): ChatError {
  return new ChatError(
    "chat.file_gone",
    `Could not read the chat file ${name} (${id}): it is no longer in the data folder. Ask for it to be sent again.`,
    { fate: "refused", facts: { file: id }, cause },
  );
}
