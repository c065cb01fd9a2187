// What the door for other agents and IDEs is given.

import type { Clock } from "../base/clock.ts";
import type { Caller, CallerAnswer } from "../gateway/callers.ts";
import type { Bearer, BearerVerdict } from "../grants/bearer-tokens.ts";

export interface WebMcp {
  /** Where this server is reached, without a slash at its end. */
  readonly base: () => string;
  readonly issuer: string;
  readonly scopes: { readonly read: string; readonly write: string };
  readonly clock: Clock;
  check(token: string): Promise<BearerVerdict>;
  /** Rejects with `AppError` where nobody can say now. */
  caller(bearer: Bearer): Promise<CallerAnswer>;
  /** `body` is that of the request, parsed. */
  answer(caller: Caller, request: Request, body: unknown): Promise<Response>;
  /** A request was not taken: for the record. */
  rejected(why: string): void;
}
