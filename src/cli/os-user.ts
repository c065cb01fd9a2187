// Who sits at this terminal, as the record and the people concerned know them (design 10).

import { userInfo } from "node:os";
import { asPersonKey, type PersonKey } from "../domain/ids.ts";
import type { CliContext } from "./contract.ts";

export function osUser({ env }: Pick<CliContext, "env">): string {
  const named = env["USER"];
  return named === undefined || named === "" ? systemUser() : named;
}

/** A container may run under an id that has no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.getuid === undefined ? "operator" : `uid-${process.getuid()}`;
  }
}

export function cliPerson(context: Pick<CliContext, "env">): PersonKey {
  return asPersonKey(`local:cli:${osUser(context)}`);
}
