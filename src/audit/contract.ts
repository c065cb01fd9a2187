// What the audit log is given.

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Secret } from "../base/secret.ts";
import type { Store } from "../store/contract.ts";

/** The vault, as far as it is needed here: what is sealed for one place opens in no other. */
export interface AuditSeal {
  close(secret: Secret, place: string): string;
  open(sealed: string, place: string): Secret;
}

export interface AuditDeps {
  readonly store: Store;
  readonly seal: AuditSeal;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
}
