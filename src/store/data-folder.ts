// The folder that a database file is in.

import { mkdirSync } from "node:fs";
import { AppError, errorText, systemErrorCode } from "../base/errors.ts";

/** Twice is once. */
export function makeDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = systemErrorCode(error) ?? errorText(error);
    throw new AppError(
      "store.no_folder",
      `Could not make the data folder ${folder} (${reason}). Give this user the right to write there, or set DEPUTY_DATA to another folder.`,
      { cause: error },
    );
  }
}
