// A file that the operator named and that could not be written: no bug, whatever the system says.

import { AppError, errorText } from "../base/errors.ts";

export function cannotWrite(file: string, cause: unknown): AppError<"cli.cannot_write"> {
  return new AppError("cli.cannot_write", `${file} could not be written: ${errorText(cause)}`, { cause });
}
