import { type Predicate, RuleProblem, type Test, type Truth } from "../contract.ts";
import { asciiHost, hostsOf, isWithin } from "../host-names.ts";

/** An address of the web, an e-mail address or a host that lies in one of the domains. */
export const inDomain: Predicate = { op: "in_domain", compile: (value) => domainTest(value, "in_domain") };

/** Of several addresses in one text, all have to be inside for yes and all outside for no. */
export function domainTest(value: unknown, op: string): Test {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const domains = given.map((one) => {
    const host = typeof one === "string" ? asciiHost(one) : undefined;
    if (host === undefined) throw new RuleProblem(`${op} compares with a domain such as corp.example`);
    return host;
  });
  if (domains.length === 0) throw new RuleProblem(`${op} needs a domain`);
  return (argument): Truth => {
    const hosts = typeof argument === "string" ? hostsOf(argument) : undefined;
    if (hosts === undefined) return "unclear";
    const inside = hosts.filter((host) => isWithin(host, domains)).length;
    if (inside === hosts.length) return "yes";
    return inside === 0 ? "no" : "unclear";
  };
}
