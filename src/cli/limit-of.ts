// How many of something an operator asks for.

import { AppError } from "../base/errors.ts";

export function limitOf(text: string, what: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new AppError("cli.usage", `--limit ${text} is not a number of ${what}.`);
}
