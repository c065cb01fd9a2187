import { describe, expect, it } from "vitest";
import { isPublicAddress, literalAddress, resolvePublic } from "../../src/net/addresses.ts";

describe("net/addresses", () => {
  it.each(["93.184.216.34", "1.1.1.1", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"])(
    "N1: takes %s for public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ["loopback", "127.0.0.1"],
    ["loopback, elsewhere", "127.9.9.9"],
    ["this host", "0.0.0.0"],
    ["private", "10.0.0.1"],
    ["private", "172.16.0.1"],
    ["private", "192.168.1.1"],
    ["link-local, metadata", "169.254.169.254"],
    ["Azure's wire server", "168.63.129.16"],
    ["carrier-grade NAT, metadata", "100.100.100.200"],
    ["Oracle's metadata", "192.0.0.192"],
    ["documentation", "192.0.2.1"],
    ["benchmarking", "198.18.0.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["loopback", "::1"],
    ["unspecified", "::"],
    ["mapped loopback", "::ffff:127.0.0.1"],
    ["mapped private", "::ffff:a00:1"],
    ["mapped public", "::ffff:93.184.216.34"],
    ["compatible loopback", "::127.0.0.1"],
    ["NAT64", "64:ff9b::7f00:1"],
    ["local NAT64", "64:ff9b:1::a00:1"],
    ["6to4", "2002:7f00:1::"],
    ["Teredo", "2001:0:7f00:1::"],
    ["unique local, AWS metadata", "fd00:ec2::254"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["documentation", "2001:db8::1"],
    ["not assigned", "4000::1"],
    ["no address", "localhost"],
    ["nothing", ""],
  ])("N1: does not take %s %s for public", (_kind, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ["http://2130706433/", "127.0.0.1"],
    ["http://0x7f.1/", "127.0.0.1"],
    ["http://0/", "0.0.0.0"],
    ["http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"],
    ["http://127.0.0.1./", "127.0.0.1"],
    ["http://example.com/", undefined],
  ])("reads the address out of %s", (url, address) => {
    expect(literalAddress(new URL(url).hostname)).toBe(address);
  });

  it("N2: refuses a name if any of its addresses is not public", async () => {
    const addresses = [
      { address: "93.184.216.34", family: 4 },
      { address: "10.0.0.1", family: 4 },
    ];

    await expect(resolvePublic(() => Promise.resolve(addresses), "mixed.example")).rejects.toMatchObject({
      code: "net.blocked",
    });
    expect(await resolvePublic(() => Promise.resolve(addresses.slice(0, 1)), "good.example")).toEqual(
      addresses.slice(0, 1),
    );
  });

  it("N2: judges every lookup anew", async () => {
    const answers = ["93.184.216.34", "127.0.0.1"];
    const rebinding = () => Promise.resolve([{ address: answers.shift() ?? "", family: 4 }]);

    await expect(resolvePublic(rebinding, "rebind.example")).resolves.toHaveLength(1);
    await expect(resolvePublic(rebinding, "rebind.example")).rejects.toMatchObject({ code: "net.blocked" });
  });

  it("says when a name leads nowhere", async () => {
    await expect(resolvePublic(() => Promise.resolve([]), "empty.example")).rejects.toMatchObject({
      code: "net.unreachable",
    });
  });
});
