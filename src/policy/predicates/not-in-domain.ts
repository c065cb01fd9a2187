import type { Predicate, Truth } from "../contract.ts";
import { domainTest } from "./in-domain.ts";

const opposite: Readonly<Record<Truth, Truth>> = { yes: "no", no: "yes", unclear: "unclear" };

/** An address of the web, an e-mail address or a host that lies in none of the domains. */
export const notInDomain: Predicate = {
  op: "not_in_domain",
  compile(value) {
    const inside = domainTest(value, "not_in_domain");
    return (argument) => opposite[inside(argument)];
  },
};
