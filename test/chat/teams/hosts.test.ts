// Where Teams' addresses may lead (ING-4, A22), and what leaves this server sealed (ST1).

import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/base/secret.ts";
import { sealedText } from "../../../src/chat/teams/sealed-text.ts";
import { fileHost, serviceHosts } from "../../../src/chat/teams/service-hosts.ts";

const isService = serviceHosts(["smba.trafficmanager.net", "connector.example:8443", "127.0.0.1:4000"]);
const isFile = fileHost(isService);

describe("chat/teams/service-hosts", () => {
  it.each([
    "https://smba.trafficmanager.net/emea/",
    "https://SMBA.TrafficManager.net/emea/",
    "https://connector.example:8443/v3",
    "http://127.0.0.1:4000/emea/",
  ])("TH1: %s is one of ours", (address) => {
    expect(isService(address)).toBe(true);
  });

  it.each([
    ["without encryption", "http://smba.trafficmanager.net/emea/"],
    ["of a longer name", "https://smba.trafficmanager.net.evil.example/"],
    ["of a name that ends alike", "https://evilsmba.trafficmanager.net/"],
    ["of another port", "https://smba.trafficmanager.net:8443/"],
    ["without the port that was named", "https://connector.example/"],
    ["with somebody's name in it", "https://smba.trafficmanager.net@evil.example/"],
    ["with a name and our host", "https://me:pw@smba.trafficmanager.net/"],
    ["of another kind", "file:///etc/passwd"],
    ["that is none", "smba.trafficmanager.net"],
  ])("TH1, A22: an address %s is not", (_what, address) => {
    expect([isService(address), isFile(address)]).toEqual([false, false]);
  });

  it("TH1: the Agents Playground is at any port of this machine, where it is let in", () => {
    const withPlayground = serviceHosts(["smba.trafficmanager.net"], true);
    for (const here of ["http://localhost:56150/_connector", "http://127.0.0.1:9/", "http://[::1]:56150/"])
      expect([withPlayground(here), serviceHosts(["smba.trafficmanager.net"])(here)]).toEqual([true, false]);
    for (const elsewhere of ["http://localhost.evil.example:56150/", "http://me:pw@localhost:56150/"])
      expect(withPlayground(elsewhere)).toBe(false);
  });

  it("T-M14: files are at Microsoft's hosts, by the whole end of their name", () => {
    for (const good of ["https://corp.sharepoint.com/a", "https://x.y.sharepoint.us/a", "https://c.svc.ms/a"])
      expect([isFile(good), isService(good)]).toEqual([true, false]);
    for (const bad of [
      "https://evilsharepoint.com/a",
      "https://sharepoint.com.evil.example/a",
      "https://corp.sharepoint.com.evil.example/a",
      "https://corp.sharepoint.com:8443/a",
      "http://corp.sharepoint.com/a",
    ])
      expect(isFile(bad)).toBe(false);
  });
});

describe("chat/teams/sealed-text", () => {
  const secret = new Secret("a master key of a test, long enough");
  const seal = sealedText(secret, "file-offer");

  it("ST1: opens what was closed, also in another process", () => {
    expect(sealedText(secret, "file-offer").open(seal.close("words"))).toBe("words");
  });

  it("ST1: opens nothing for another purpose, under another key, or where one bit is otherwise", () => {
    const closed = seal.close("words");
    expect(sealedText(secret, "file-link").open(closed)).toBeUndefined();
    expect(
      sealedText(new Secret("another key of a test, long enough"), "file-offer").open(closed),
    ).toBeUndefined();
    const bytes = Buffer.from(closed, "base64url");
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(seal.open(changed.toString("base64url"))).toBeUndefined();
    }
    for (const made of ["", "x", closed.slice(0, 20), "%%%"]) expect(seal.open(made)).toBeUndefined();
  });
});
