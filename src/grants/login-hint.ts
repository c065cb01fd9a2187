// Which account at the service is meant (CON-7), as far as we know: said to the service, so that the right one is before the person.
// A hint and no more: whose account it became, its tokens say (CON-10).
//
//   LH1  An account that is to be widened or connected again is named; who has one and asks for another one is to choose; anybody else's
//        first one has probably their address in chat.

import { within } from "../base/abort.ts";
import type { ConsentRow } from "../store/contract-grants.ts";
import type { ConsentDeps } from "./consent-deps.ts";

export interface AccountHint {
  readonly loginHint?: string;
  /** The person is to choose among the accounts that their browser is signed in with. */
  readonly choose?: boolean;
}

/** Somebody waits for the page. */
const patienceMs = 1_500;
const address = /^[^\s@]{1,64}@[^\s@]{1,190}$/u;

/** Never rejects: without a hint it works as well. */
export async function accountHint(
  { store, addressOf, clock, log }: Pick<ConsentDeps, "store" | "addressOf" | "clock" | "log">,
  { tenant, initiator: owner, connection: name, run }: ConsentRow,
): Promise<AccountHint> {
  const held = await store.read((tx) => tx.connections.held({ tenant, owner, name }));
  const [first] = held;
  const isAnother = run === undefined && held.some(({ state }) => state === "active");
  if (isAnother) return { choose: true };
  const known = first?.account ?? (await addressIn(owner));
  return known !== undefined && address.test(known) ? { loginHint: known } : {};

  async function addressIn(person: typeof owner): Promise<string | undefined> {
    try {
      return addressOf && (await within(clock, patienceMs, addressOf(person, tenant)));
    } catch (error) {
      log.debug("A platform did not tell somebody's address; the consent goes without", { error });
      return undefined;
    }
  }
}
