// Failures of connections, in sentences that the model and people can act on.

import { AppError, type AppErrorOptions } from "../base/errors.ts";

export type GrantErrorCode =
  /** Revoked, or of another run or owner. */
  | "grant.gone"
  /** Has to be connected again by its owner. */
  | "grant.needs_reauth"
  /** The provider can't be reached, or answers with nonsense; trying again may help. */
  | "grant.unavailable"
  /** The service is stopped until an operator has looked at it (MCP-4). */
  | "grant.quarantined"
  /** The configuration does not fit. */
  | "grant.misconfigured";

export class GrantError extends AppError<GrantErrorCode> {
  // oxlint-disable-next-line no-useless-constructor -- narrows the code
  constructor(code: GrantErrorCode, message: string, options?: AppErrorOptions) {
    super(code, message, options);
  }
}
