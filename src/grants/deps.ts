// What the parts of grants are given.

import type { Clock } from "../base/clock.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Ids } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import type { Store } from "../store/contract.ts";
import type { Vault } from "../vault/vault.ts";
import type { ConnectionSpecs } from "./connection-spec.ts";
import type { Resolver } from "./discovery/deps.ts";
import type { OAuthClient } from "./oauth-client.ts";

export interface GrantDeps {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly specs: ConnectionSpecs;
  readonly oauth: OAuthClient;
  /** What is asked of `oauth` names a connection that was resolved. */
  readonly resolver: Resolver;
  /** Guarded (EGR-1): for what a service has of its own beside OAuth. */
  readonly fetch: typeof globalThis.fetch;
  /** How long before its end an access token is refreshed. */
  readonly refreshMarginMs: number;
  readonly failpoint: Failpoints;
  /** Something was written that is to be said. */
  readonly said: () => void;
}
