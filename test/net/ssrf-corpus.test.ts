// Every way of writing an address that is not public, through every way out (EGR-1, A19).

import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { Resolve } from "../../src/net/addresses.ts";
import type { Denied } from "../../src/net/contract.ts";
import { createGuard } from "../../src/net/guard.ts";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { createGuardedRequest } from "../../src/net/guarded-request.ts";
import { createWhatwgFetch } from "../../src/net/whatwg-fetch.ts";

const literals: readonly [kind: string, host: string][] = [
  ["loopback", "127.0.0.1"],
  ["loopback elsewhere", "127.9.9.9"],
  ["decimal", "2130706433"],
  ["hexadecimal", "0x7f000001"],
  ["hexadecimal by parts", "0x7f.0x0.0x0.0x1"],
  ["octal", "017700000001"],
  ["octal by parts", "0177.0.0.01"],
  ["mixed", "0x7f.0.1"],
  ["short", "127.1"],
  ["zero", "0"],
  ["full-width digits", "１２７.０.０.１"],
  ["circled digits", "①②⑦.⓪.⓪.①"],
  ["ideographic dots", "127。0。0。1"],
  ["percent-encoded", "%31%32%37.0.0.1"],
  ["dot at the end", "127.0.0.1."],
  ["private 10/8", "10.0.0.1"],
  ["private 172.16/12", "172.31.255.255"],
  ["private 192.168/16", "192.168.0.1"],
  ["private in decimal", "167772161"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["Alibaba's metadata", "100.100.100.200"],
  ["link-local", "169.254.1.1"],
  ["metadata", "169.254.169.254"],
  ["metadata in decimal", "2852039166"],
  ["metadata in hexadecimal", "0xa9fea9fe"],
  ["metadata in octal", "0251.0376.0251.0376"],
  ["Azure's wire server", "168.63.129.16"],
  ["Oracle's metadata", "192.0.0.192"],
  ["benchmarking", "198.18.0.1"],
  ["multicast", "224.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["IPv6 loopback", "[::1]"],
  ["IPv6 loopback in full", "[0:0:0:0:0:0:0:1]"],
  ["unspecified", "[::]"],
  ["IPv4-mapped loopback", "[::ffff:127.0.0.1]"],
  ["IPv4-mapped in hexadecimal", "[::ffff:7f00:1]"],
  ["IPv4-mapped metadata", "[::ffff:169.254.169.254]"],
  ["IPv4-compatible", "[::127.0.0.1]"],
  ["NAT64 loopback", "[64:ff9b::7f00:1]"],
  ["NAT64 metadata", "[64:ff9b::169.254.169.254]"],
  ["local NAT64", "[64:ff9b:1::a00:1]"],
  ["6to4 of a private address", "[2002:a00:1::]"],
  ["6to4 of metadata", "[2002:a9fe:a9fe::1]"],
  ["Teredo", "[2001:0:7f00:1::]"],
  ["unique local", "[fd00::1]"],
  ["AWS's metadata", "[fd00:ec2::254]"],
  ["IPv6 link-local", "[fe80::1]"],
  ["IPv6 site-local", "[fec0::1]"],
  ["IPv6 multicast", "[ff02::1]"],
  ["IPv6 documentation", "[2001:db8::1]"],
];

/** What a hostile name server says: each time something else. */
const namesTo: readonly [kind: string, addresses: readonly string[]][] = [
  ["loopback", ["127.0.0.1"]],
  ["a public address and a private one", ["93.184.216.34", "10.0.0.1"]],
  ["a private address and a public one", ["10.0.0.1", "93.184.216.34"]],
  ["metadata", ["169.254.169.254"]],
  ["mapped metadata", ["::ffff:169.254.169.254"]],
  ["NAT64", ["64:ff9b::a9fe:a9fe"]],
  ["6to4", ["2002:7f00:1::"]],
  ["a unique local address", ["fd12::1"]],
  ["nonsense", ["not an address"]],
];

function waysOut(resolve?: Resolve) {
  const denials: Denied[] = [];
  const setup = {
    allow: [],
    clock: systemClock,
    onDenied: (denied: Denied) => denials.push(denied),
    ...(resolve ? { resolve } : {}),
  };
  const limits = { redirect: "follow", maxBytes: 1000 } as const;
  const request = createGuardedRequest(setup);
  const page = createGuardedFetch(setup);
  const whatwg = createWhatwgFetch(request, limits);
  const guard = createGuard(setup);
  const ways: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
    page: (url) => page(url, { maxBytes: 1000, signal: new AbortController().signal }),
    post: (url) => request(url, { ...limits, method: "POST", body: "x" }),
    whatwg: (url) => whatwg(url, { method: "POST", body: new URLSearchParams({ a: "b" }) }),
    tunnel: async (url) => guard.addressesOf(guard.check(url)),
  };
  return { ways, denials };
}

const blocked = { code: "net.blocked", message: expect.stringContaining("not on the public internet") };

describe("net: SSRF corpus", () => {
  it.each(literals)("EGR-1: no way out leads to %s: %s", async (_kind, host) => {
    const { ways, denials } = waysOut();

    for (const way of Object.values(ways))
      await expect(way(`https://${host}/x`)).rejects.toMatchObject(blocked);

    expect(denials).toHaveLength(3);
  });

  it.each(namesTo)("EGR-1: no way out leads to a name that means %s", async (_kind, addresses) => {
    const { ways, denials } = waysOut(() =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))),
    );

    for (const way of Object.values(ways))
      await expect(way("https://127.harmless.example/")).rejects.toMatchObject(blocked);

    expect(denials.map(({ host }) => host)).toEqual(Array(3).fill("127.harmless.example"));
  });

  it.each([
    "http://example.com/",
    "https://example.com:22/",
    "https://example.com:6379/",
    "https://example.com:0/",
  ])("EGR-1: refuses %s", async (url) => {
    const { ways, denials } = waysOut(() => Promise.reject(new Error("looked up")));

    for (const way of Object.values(ways))
      await expect(way(url)).rejects.toMatchObject({ code: "net.blocked" });

    expect(denials).toHaveLength(3);
  });

  it.each([
    "https://user:pass@example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "data:,x",
    "//",
    "",
  ])("EGR-1: takes %j for no address at all", async (url) => {
    const { ways } = waysOut(() => Promise.reject(new Error("looked up")));

    for (const way of Object.values(ways))
      await expect(way(url)).rejects.toMatchObject({ code: "net.bad_url" });
  });
});
