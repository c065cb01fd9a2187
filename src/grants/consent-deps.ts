// What asking for consent is given beside the rest of grants.

import type { ConsentSession, EndedConsentState } from "../domain/consent.ts";
import type { PersonKey, TenantId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import type { Seal } from "../vault/seal.ts";
import type { GrantDeps } from "./deps.ts";
import type { Revocations } from "./revoke.ts";

/** In the transaction that ends a session: what waits for it is to be looked at again, once (CON-12). */
export type Ended = (session: ConsentSession, state: EndedConsentState, why?: string) => Promise<void>;

export interface ConsentDeps extends GrantDeps {
  readonly revocations: Revocations;
  /** One transaction; what follows from it is done after its commit. */
  readonly decide: <T>(fn: (tx: Tx, ended: Ended) => Promise<T>) => Promise<T>;
  /** For what protects a session while it is under way. */
  readonly seal: Seal;
  /** Of links and of what proves a form to be ours. */
  readonly linkKey: Buffer;
  /** Where the outside reaches us, without a slash at the end. */
  readonly base: () => string;
  readonly ttlMs: number;
  /** The part of a callback's path that names the connection: distinct per tenant and service (A2). */
  readonly contextOf: (session: Pick<ConsentSession, "tenant" | "connection">) => string;
  /** A person's address in chat, where their platform tells. */
  readonly addressOf?: (person: PersonKey, tenant: TenantId) => Promise<string | undefined>;
  /** Where people of the tenant who look after security are told; not at all where there is none. */
  readonly alarm?: (tx: Tx, session: ConsentSession, text: string) => Promise<void>;
}
