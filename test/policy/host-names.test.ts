// Hosts in arguments: what two receivers could read as two hosts is read as none (POL-3).

import { describe, expect, it } from "vitest";
import { hostsOf } from "../../src/policy/host-names.ts";

describe("policy/host-names", () => {
  it.each([
    ["bo@corp.example", ["corp.example"]],
    ["Bo <bo@CORP.example.>, cy@other.example", ["corp.example", "other.example"]],
    ["https://corp.example/a@evil.example", ["corp.example"]],
    ["corp.example:8443", ["corp.example"]],
  ])("POL-3: %s names %j", (text, hosts) => {
    expect(hostsOf(text)).toEqual(hosts);
  });

  it.each([
    ["nothing", ""],
    ["spaces", "   "],
    ["an invisible character", "bo@corp.example\u200b.evil.example"],
    ["a character that turns direction", "bo@corp.example\u202e"],
    ["a line break", "bo@corp.example\n.evil.example"],
    ["another kind of line break", "bo@corp.example\u2028evil.example"],
    ["a NUL", "corp.example\u0000.evil.example"],
    ["a query behind a host", "bo@corp.example?.evil.example"],
    ["a fragment behind a host", "bo@corp.example#.evil.example"],
    ["an encoded dot", "bo@corp%2eexample"],
    ["a port in a mailbox", "bo@corp.example:25"],
    ["two at signs", "bo@corp.example@evil.example"],
    ["a route", "@evil.example:bo@corp.example"],
    ["a quoted local part", '"bo@corp.example"@evil.example'],
    ["an address literal", "bo@[10.0.0.1]"],
    ["another scheme", "javascript://corp.example/%0aalert(1)"],
    ["no address at all", "https://"],
    ["a backslash", "corp.example\\@evil.example"],
  ])("POL-3: with %s it is not read", (_, text) => {
    expect(hostsOf(text)).toBeUndefined();
  });
});
