// What the pages for connecting accounts are given.

import type { ConsentDeps } from "../grants/consent-deps.ts";
import type { IdentityProvider } from "../grants/sign-in.ts";

export interface WebConnect {
  readonly consent: ConsentDeps;
  /** How people of a platform prove who they are. Those of the local chat do by its page. */
  readonly identities: readonly IdentityProvider[];
  /** The platform whose people the chat page of this server can tell. */
  readonly localPlatform: string;
}
