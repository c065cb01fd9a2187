// Which addresses a guarded fetch may connect to (EGR-1).
//
//   N1  Only global unicast addresses are public; what is unknown is not.
//   N2  A host whose name leads to any address that is not public is refused as a whole.

import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { NetError } from "./errors.ts";

/** All addresses of a name, in the order in which they are to be tried. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** Public by range, yet answered by the cloud that a machine runs in: Azure's wire server. */
const metadataHosts = new Set(["168.63.129.16"]);
const globalIpv6 = ipaddr.parseCIDR("2000::/3");

/** Can this address be reached from everywhere? Mapped, translated and tunnelled forms of IPv4 are not public. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast" || metadataHosts.has(parsed.toString())) return false;
  return parsed.kind() === "ipv4" || parsed.match(globalIpv6);
}

/** The host of a URL as an address, if it is one: without the brackets of IPv6. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  return ipaddr.isValid(bare) ? bare : undefined;
}

/** Refuses a host that is written as an address which is not public. Names pass: `resolvePublic` judges them. */
export function checkLiteral(hostname: string): void {
  const address = literalAddress(hostname);
  if (address !== undefined && !isPublicAddress(address)) throw notPublic(hostname);
}

/** Resolves a name and refuses it unless every address is public (N2). */
export async function resolvePublic(resolve: Resolve, hostname: string): Promise<readonly LookupAddress[]> {
  const addresses = await resolve(hostname);
  if (addresses.length === 0) throw noAddress(hostname);
  if (!addresses.every(({ address }) => isPublicAddress(address))) throw notPublic(hostname);
  return addresses;
}

export function noAddress(hostname: string): NetError {
  return new NetError("net.unreachable", `Could not reach ${hostname}: there is no host of that name.`);
}

function notPublic(hostname: string): NetError {
  return new NetError(
    "net.blocked",
    `${hostname} is not on the public internet, and only public addresses may be fetched. ` +
      "An operator can allow it in DEPUTY_EGRESS_ALLOW.",
    { facts: { host: hostname } },
  );
}
