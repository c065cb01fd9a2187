// Whose rights an act uses, and the token at the moment of the call.
//
// Owns: the questions that tools and the pipeline ask. Does not own: what a person may do at the outside service, which is
// the service's word.
//
//   GR1  `find` reads rows and nothing else, so it may be asked before an intent is journalled (R1).
//   GR2  `token` checks the connection's state when it is called: what was revoked a moment ago gives no token (VLT-8).
//   GR3  A token is a `Secret`. It is sent to the service that it is for, and is never part of a result, a row, a log or a
//        message (I9, VLT-10).
//   GR4  A need names its run. A connection of another owner, or of another run, is never the answer (I10, CN1, CN3).

import type { Secret } from "../base/secret.ts";
import type { MissingReason, Principal } from "../domain/connection.ts";
import type { PersonKey, RunId, TenantId } from "../domain/ids.ts";
import type { RunMode } from "../domain/run.ts";
import type { Tx } from "../store/contract.ts";

export interface GrantNeed {
  readonly tenant: TenantId;
  /** The run's agent for a connection of `identity: agent`, its subject for one of `identity: user`: `ownerFor` tells. */
  readonly owner: Principal;
  /** As in the configuration. */
  readonly connection: string;
  /** A key of the connection's `scopes`; the connection as such where it is absent. */
  readonly capability?: string;
  /** What the service wanted for such an act before: asked for with the rest, and not insisted on. */
  readonly scopes?: readonly string[];
  readonly run: RunId;
  readonly mode: RunMode;
}

/** Says which connection is used. Holds no secret; may be journalled. */
export interface ReadyGrant {
  readonly id: string;
  readonly tenant: TenantId;
  readonly owner: Principal;
  readonly connection: string;
  /** As people know it: shown with every step that uses it. */
  readonly account: string;
  readonly scopes: readonly string[];
  readonly run: RunId;
}

export type GrantAnswer =
  | { readonly kind: "ready"; readonly grant: ReadyGrant }
  /** The run can wait for its owner to change that. `scopes` are what is to be asked for: granted and needed. */
  | {
      readonly kind: "missing";
      readonly why: MissingReason;
      readonly scopes: readonly string[];
      /** What people call the service. */
      readonly title: string;
      /** The connection in question, where there is one. */
      readonly id?: string;
    }
  /** Nobody's click changes it. The sentence is for the model and for people. */
  | { readonly kind: "refused"; readonly why: string };

export interface GrantToken {
  readonly secret: Secret;
  /** Which token it was, for `rejected`. */
  readonly version: number;
}

/** What a service asked for in a 403 `insufficient_scope`. */
export interface WantedScopes {
  /** What the connection was used for. */
  readonly capability: string;
  readonly scopes: readonly string[];
}

export interface Grants {
  /** Whose connection of that name a run uses; undefined if the configuration has none. */
  ownerFor(
    connection: string,
    run: {
      readonly tenant: TenantId;
      readonly agent: string;
      readonly subject: PersonKey;
    },
  ): Principal | undefined;
  find(tx: Tx, need: GrantNeed): Promise<GrantAnswer>;
  /** For this call, refreshed first where that is due. Rejects with `GrantError`, whose sentence the model may see. */
  token(grant: ReadyGrant): Promise<GrantToken>;
  /**
   * The service refused that very token (401). The next `token` refreshes, once: if a newer one is there already it is
   * taken, and nothing newer is ever thrown away (VLT-5, VLT-6).
   */
  rejected(grant: ReadyGrant, version: number): Promise<void>;
  /**
   * The service wants more scopes than the token has. `will_be_asked`: the next `find` for the capability says `missing`, and its
   * owner is asked. `given_up`: they were asked in the last day, or the service does not say what it wants.
   */
  wants(grant: ReadyGrant, wanted: WantedScopes): Promise<"will_be_asked" | "given_up">;
}
