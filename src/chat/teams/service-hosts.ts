// The hosts that activities may name and that our token may go to (ING-4).
//
//   TH1  https only, but on loopback; no other host, whatever a signed activity says (A22).

import { isLoopback } from "../../net/loopback.ts";

/** Where Microsoft keeps the files of people: addresses there carry their own permission, and never get our token. */
const fileHosts = [".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn", ".svc.ms"];

export type IsAllowed = (address: string) => boolean;

/** Is it one of the connector's, as the operator allows? `playground`: or this machine, at any port. */
export function serviceHosts(allowed: readonly string[], playground = false): IsAllowed {
  const known = new Set(allowed.map((host) => host.toLowerCase()));
  return (address) => {
    const url = plainUrl(address);
    if (url === undefined) return false;
    if (playground && isLoopback(url.hostname)) return true;
    return known.has(url.host) || (known.has(url.hostname) && url.port === "");
  };
}

/** Is it where a file may be fetched from or put to? */
export function fileHost(isService: IsAllowed): IsAllowed {
  return (address) => {
    const url = plainUrl(address);
    if (url === undefined) return false;
    return isService(address) || fileHosts.some((ending) => url.hostname.endsWith(ending) && url.port === "");
  };
}

export function isLoopbackUrl(address: string): boolean {
  return URL.canParse(address) && isLoopback(new URL(address).hostname);
}

function plainUrl(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") return undefined;
  const encrypted = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  return encrypted ? url : undefined;
}
