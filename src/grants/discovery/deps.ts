// What discovery is given.

import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { TenantId } from "../../domain/ids.ts";
import type { Store } from "../../store/contract.ts";
import type { Seal } from "../../vault/seal.ts";
import type { ConnectionSpec, ConnectionSpecs } from "../connection-spec.ts";

export interface ConnectionPlace {
  readonly tenant: TenantId;
  readonly connection: string;
}

export interface DiscoveryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Guarded (EGR-1), an answer of at most 256 kB, redirects on the origin alone. */
  readonly fetch: typeof globalThis.fetch;
  readonly specs: ConnectionSpecs;
  /** For the secrets of our registrations. */
  readonly seal: Seal;
  /** Where the service sends people back to: distinct for each connection and tenant (A2). */
  readonly redirectUri: (at: ConnectionPlace) => string;
  /** Where our client metadata document is, if that is a stable https address (MCP-3). */
  readonly clientDocument: (at: ConnectionPlace) => string | undefined;
}

export interface Resolver {
  /**
   * The connection with all that is needed to ask its service, discovered where the configuration leaves that to the service.
   * Rejects with `GrantError`.
   */
  resolve(spec: ConnectionSpec, tenant: TenantId): Promise<ConnectionSpec>;
  /** What the service said is asked again: it refused something that followed from it. */
  forget(at: ConnectionPlace): void;
}
