import { describe, expect, it } from "vitest";
import { isLoopback } from "../../src/net/loopback.ts";
import { createChatAccess } from "../../src/web/access.ts";

describe("web/access", () => {
  it("AC1: opens a session with a link once", () => {
    const access = createChatAccess({ port: 3000 });
    const token = access.invite();

    const session = access.redeem(token);

    expect(access.isSession(session)).toBe(true);
    expect(access.redeem(token)).toBeUndefined();
  });

  it("AC1: knows neither a made-up token nor a made-up session", () => {
    const access = createChatAccess({ port: 3000 });

    expect(access.redeem("x".repeat(43))).toBeUndefined();
    expect(access.isSession("x".repeat(43))).toBe(false);
    expect(access.isSession(undefined)).toBe(false);
  });

  it("AC1: gives each link and each server its own", () => {
    const one = createChatAccess({ port: 3000 });
    const two = createChatAccess({ port: 3001 });

    expect(one.invite()).not.toBe(one.invite());
    expect(one.cookie).not.toBe(two.cookie);
    expect(two.redeem(one.invite())).toBeUndefined();
  });

  it.each(["127.0.0.1:3000", "localhost:8080", "[::1]:3000", "localhost"])(
    "AC2: answers under %s",
    (host) => {
      expect(createChatAccess({ port: 3000 }).isOurHost(host)).toBe(true);
    },
  );

  it.each([
    "evil.example",
    "evil.example:3000",
    "127.0.0.1.evil.example",
    "localhost.evil.example:3000",
    "10.0.0.1:3000",
    "user@localhost@evil.example",
    "",
    undefined,
  ])("AC2: does not answer under %s", (host) => {
    expect(createChatAccess({ port: 3000 }).isOurHost(host)).toBe(false);
  });

  it("AC2: answers under its public address", () => {
    const access = createChatAccess({ port: 3000, publicUrl: "https://deputy.corp.example/" });

    expect(access.isOurHost("deputy.corp.example")).toBe(true);
    expect(access.isSecure("deputy.corp.example")).toBe(true);
    expect(access.isSecure("127.0.0.1:3000")).toBe(false);
    expect(access.isOurOrigin("https://deputy.corp.example", "deputy.corp.example")).toBe(true);
    expect(access.isOurOrigin("https://deputy.corp.example", "127.0.0.1:3000")).toBe(false);
  });

  it("AC3: takes writes from its own origin only", () => {
    const access = createChatAccess({ port: 3000 });

    expect(access.isOurOrigin("http://127.0.0.1:3000", "127.0.0.1:3000")).toBe(true);
    for (const origin of [
      undefined,
      "null",
      "http://evil.example",
      "http://127.0.0.1:3001",
      "http://localhost:3000",
    ]) {
      expect(access.isOurOrigin(origin, "127.0.0.1:3000")).toBe(false);
    }
    expect(access.isOurOrigin("http://evil.example", "evil.example")).toBe(false);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["localhost", true],
    ["::1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["192.168.1.4", false],
    ["127.0.0.1.example", false],
  ])("says whether only this machine can reach %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
