import { describe, expect, it } from "vitest";
import { bearerChallenge } from "../../src/grants/discovery/challenge.ts";
import { isResourceOf } from "../../src/grants/discovery/protected-resource.ts";
import { isSafeAddress } from "../../src/grants/discovery/safe-address.ts";

describe("grants/discovery: what a service says", () => {
  it.each([
    ["", undefined],
    ['Basic realm="x"', undefined],
    ["Bearer", { scopes: [] }],
    ['bearer realm=x, scope="a b a"', { scopes: ["a", "b"] }],
    [
      'Negotiate abc==, Bearer error="insufficient_scope", scope="mcp:read mcp:write", resource_metadata="https://a.example/x"',
      { error: "insufficient_scope", scopes: ["mcp:read", "mcp:write"], metadata: "https://a.example/x" },
    ],
    ['Bearer scope="a \\" \u0000b c"', { scopes: ["a", "c"] }],
    ["Bearer scope=mcp:basic", { scopes: ["mcp:basic"] }],
    ['Basic scope="no", Bearer scope="yes"', { scopes: ["yes"] }],
    [`Bearer scope="${"x".repeat(9_000)}"`, { scopes: [] }],
  ])("reads %j", (header, expected) => {
    expect(bearerChallenge(header)).toEqual(expected);
  });

  it.each([
    ["https://a.example/mcp", "https://a.example/mcp", true],
    ["https://a.example", "https://a.example/mcp", true],
    ["https://a.example/m", "https://a.example/mcp", false],
    ["https://a.example/mcp/tools", "https://a.example/mcp", false],
    ["https://b.example/mcp", "https://a.example/mcp", false],
    ["https://a.example:8443/mcp", "https://a.example/mcp", false],
    ["https://u@a.example/mcp", "https://a.example/mcp", false],
    ["https://a.example/mcp?x=1", "https://a.example/mcp", false],
    ["no address", "https://a.example/mcp", false],
  ])("PR1, A20: %s as the resource of %s: %s", (resource, server, is) => {
    expect(isResourceOf(resource, new URL(server))).toBe(is);
  });

  it.each([
    ["https://a.example", true],
    ["http://127.0.0.1:8080/x", true],
    ["http://localhost/x", true],
    ["http://127.0.0.1.evil.example/x", false],
    ["http://a.example", false],
    ["javascript:alert(1)", false],
    ["https://u:p@a.example", false],
  ])("OA1: credentials may go to %s: %s", (address, is) => {
    expect(isSafeAddress(address)).toBe(is);
  });
});
