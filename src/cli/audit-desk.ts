// What `deputy audit` works with: the database and the key that its signing key is sealed with.

import type { AuditDeps } from "../audit/contract.ts";
import { auditDepsOf } from "../app/audit-edges.ts";
import { masterKeySource } from "../app/open-edges.ts";
import { AppError } from "../base/errors.ts";
import { findMasterKey } from "../vault/master-key.ts";
import type { CliContext } from "./contract.ts";
import { withRows } from "./open-rows.ts";
import { osUser } from "./os-user.ts";

export async function withAudit<T>(context: CliContext, act: (deps: AuditDeps) => Promise<T>): Promise<T> {
  return withRows(context, async ({ config, store, log }) => {
    const current = await findMasterKey(store, masterKeySource(config));
    if (current === undefined)
      throw new AppError(
        "cli.no_key",
        "The master key is not here, and the audit log is signed with a key that it seals. Run this where Deputy runs, with its DEPUTY_DATA or DEPUTY_MASTER_KEY.",
      );
    return act(auditDepsOf(store, { current, previous: config.core.previousMasterKey }, log));
  });
}

/** Who acts at this terminal, as the log names them. */
export function cliActor(context: Pick<CliContext, "env">): string {
  return `cli:${osUser(context)}`;
}
