// Hosts in arguments: of an address of the web, of an e-mail address, or alone. Read as receivers read them, never compared as strings
// (POL-3). What could be read in two ways is not read at all.

import { domainToASCII } from "node:url";

const schemes = new Set(["http:", "https:", "ws:", "wss:", "ftp:", "ssh:", "git:"]);
const mailbox = /^(?:[^\s@<>()",;:\\[\]]+)@([^\s@<>()",;:\\/[\]]+)$/u;
const namedMailbox = /^[^@<>()",;:\\[\]]*<([^<>\s]+)>$/u;
const bareHost = /^([^\s@<>()",;:\\/?#%[\]]+)(?::\d{1,5})?$/u;

/** What the conversion below would leave as it is. */
const plainHost = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.[a-z]+$/;

/** Every host that `text` names, in lower-case ASCII; undefined when it can't be read. */
export function hostsOf(text: string): readonly string[] | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || /[\p{Cc}\p{Cf}\u2028\u2029]/u.test(trimmed)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) return all([hostOfUrl(trimmed)]);
  if (trimmed.includes("@")) return all(trimmed.split(/[,;]/).map((one) => hostOfMailbox(one.trim())));
  return all([asciiHost(bareHost.exec(trimmed)?.[1])]);
}

/** Lower-case ASCII without the last dot, or undefined for what is no host's name. */
export function asciiHost(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  if (plainHost.test(host) && !host.includes("xn--")) return host;
  if (/[\s/?#@:\\%]/.test(host)) return undefined;
  const ascii = domainToASCII(host).replace(/\.$/, "");
  return /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(ascii)
    ? ascii
    : undefined;
}

/** Is `host` one of `domains`, or under one? */
export function isWithin(host: string, domains: readonly string[]): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

function hostOfUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!schemes.has(url.protocol)) return undefined;
  return url.hostname.startsWith("[") ? url.hostname : asciiHost(url.hostname);
}

function hostOfMailbox(text: string): string | undefined {
  return asciiHost(mailbox.exec(namedMailbox.exec(text)?.[1] ?? text)?.[1]);
}

function all(hosts: readonly (string | undefined)[]): readonly string[] | undefined {
  const known = hosts.filter((host) => host !== undefined);
  return known.length === hosts.length ? known : undefined;
}
