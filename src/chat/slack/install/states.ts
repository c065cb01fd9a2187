// The `state` of an installation under way: signed by the library, used once.

import { createHash } from "node:crypto";
// The default import, because the library exports this one by a star, which Node does not see as a name.
import oauth, { InvalidStateError, type StateStore } from "@slack/oauth";

/** True for the first who asks for `name`, in all processes; `untilMs` from now on it may be forgotten. */
export type ClaimOnce = (name: string, untilMs: number) => Promise<boolean>;

export const stateSeconds = 600;

export function createStates(signingKey: string, claimOnce: ClaimOnce): StateStore {
  const signed = new oauth.ClearStateStore(signingKey, stateSeconds);
  return {
    generateStateParam: (options, now) => signed.generateStateParam(options, now),
    async verifyStateParam(now, state) {
      const options = await signed.verifyStateParam(now, state);
      const name = createHash("sha256").update(state).digest("hex");
      if (!(await claimOnce(name, stateSeconds * 1_000)))
        throw new InvalidStateError("The state was used before.");
      return options;
    },
  };
}
