// The secrets of our registrations, sealed with the master key and bound to their row (VLT-1).

import type { Secret } from "../../base/secret.ts";
import type { Tx } from "../../store/contract.ts";
import type { OAuthClientRow } from "../../store/contract-authorities.ts";
import { keyNameOf, type MasterKeys, sealOf } from "../../vault/master-keys.ts";
import type { Seal } from "../../vault/seal.ts";

const purpose = "oauth-clients";

/** `learn` is told every secret that is sealed or opened (RED-2). */
export function oauthClientSeal(keys: MasterKeys, learn: (secret: Secret) => void = () => undefined): Seal {
  const seal = sealOf(keys, purpose);
  return {
    close(secret, place) {
      learn(secret);
      return seal.close(secret, place);
    },
    open(sealed, place) {
      const secret = seal.open(sealed, place);
      learn(secret);
      return secret;
    },
  };
}

/** What the sealed secret is bound to. */
export function clientPlace({ tenant, issuer }: Pick<OAuthClientRow, "tenant" | "issuer">): string {
  return `oauth_clients/${tenant}/${issuer}`;
}

/** What a former master key sealed, under the present one (VLT-4). Returns how many; repeated it finds none. */
export async function resealOAuthClients(tx: Tx, keys: MasterKeys): Promise<number> {
  const present = keyNameOf(sealOf({ current: keys.current }, purpose).close(keys.current, "name"));
  const seal = sealOf(keys, purpose);
  let count = 0;
  for (const { secret, ...at } of await tx.oauthClients.list()) {
    if (secret === undefined || keyNameOf(secret) === present) continue;
    const place = clientPlace(at);
    if (await tx.oauthClients.reseal(at, secret, seal.close(seal.open(secret, place), place))) count += 1;
  }
  return count;
}
