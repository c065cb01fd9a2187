import { describe, expect, it } from "vitest";
import { parseEgressAllow } from "../../src/net/egress-allow.ts";
import { NetError } from "../../src/net/errors.ts";

describe("net/egress-allow", () => {
  const allows = (entry: string, url: string): boolean => parseEgressAllow([entry])(new URL(url));

  it.each([
    ["files.corp.example:443", "https://files.corp.example/x"],
    ["files.corp.example:443", "https://FILES.corp.example./x"],
    ["files.corp.example:80", "http://files.corp.example"],
    ["10.0.0.5:8080", "http://10.0.0.5:8080/"],
    ["[::1]:9000", "http://[::1]:9000/"],
    [" localhost:3000 ", "http://localhost:3000/"],
  ])("%s allows %s", (entry, url) => {
    expect(allows(entry, url)).toBe(true);
  });

  it.each([
    ["files.corp.example:443", "https://files.corp.example:8443/"],
    ["files.corp.example:443", "https://evil.files.corp.example/"],
    ["files.corp.example:443", "https://files.corp.example.evil.example/"],
    ["localhost:3000", "http://127.0.0.1:3000/"],
  ])("%s does not allow %s", (entry, url) => {
    expect(allows(entry, url)).toBe(false);
  });

  it.each([
    "localhost",
    "http://localhost:80",
    "*:443",
    "user@host:80",
    "host:80/path",
    "host:0",
    "host:99999",
    ":80",
    "",
  ])("refuses the entry %j", (entry) => {
    expect(() => parseEgressAllow([entry])).toThrow(NetError);
  });
});
