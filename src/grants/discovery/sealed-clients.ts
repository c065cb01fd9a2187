// The secrets of our registrations, sealed with the master key and bound to their row (VLT-1).

import type { Secret } from "../../base/secret.ts";
import type { Tx } from "../../store/contract.ts";
import type { OAuthClientRow } from "../../store/contract-authorities.ts";
import { learningSeal } from "../../vault/learning-seal.ts";
import { type MasterKeys, sealOf } from "../../vault/master-keys.ts";
import { resealRows } from "../../vault/reseal.ts";
import type { Seal } from "../../vault/seal.ts";

const purpose = "oauth-clients";

/** `learn` is told every secret that is sealed or opened (RED-2). */
export function oauthClientSeal(keys: MasterKeys, learn: (secret: Secret) => void = () => undefined): Seal {
  return learningSeal(sealOf(keys, purpose), learn);
}

/** What the sealed secret is bound to. */
export function clientPlace({ tenant, issuer }: Pick<OAuthClientRow, "tenant" | "issuer">): string {
  return `oauth_clients/${tenant}/${issuer}`;
}

/** What a former master key sealed, under the present one (VLT-4). Returns how many; repeated it finds none. */
export async function resealOAuthClients(tx: Tx, keys: MasterKeys): Promise<number> {
  const rows = await tx.oauthClients.list();
  return resealRows(
    keys,
    purpose,
    rows.map(({ secret, ...at }) => ({
      sealed: secret,
      place: clientPlace(at),
      replace: (from: string, to: string) => tx.oauthClients.reseal(at, from, to),
    })),
  );
}
