import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";

const value = "s3cret-value-of-a-token";
const secret = new Secret(value);
const shown = /^"?\[secret:[0-9a-f]{8}\]"?$/;

describe("base/secret", () => {
  it.each<[string, string]>([
    ["String", String(secret)],
    ["JSON", JSON.stringify(secret)],
    ["inspect", inspect(secret)],
    ["inspect of hidden members", inspect(secret, { showHidden: true, depth: null, customInspect: true })],
    ["format", format("%s", secret)],
  ])("RED-1: %s shows a fingerprint and not the value", (_way, text) => {
    expect(text).toMatch(shown);
  });

  it("RED-1: the value is in no member that a copy, a dump or an error could carry", () => {
    const error = new Error("failed", { cause: { token: secret } });
    const copies = [
      JSON.stringify({ list: [secret], of: { token: secret } }),
      JSON.stringify(Object.entries(secret)),
      inspect(secret, { customInspect: false, showHidden: true, depth: null }),
      inspect(error, { showHidden: true, depth: null }),
      JSON.stringify(structuredClone(secret)),
    ];
    for (const copy of copies) expect(copy).not.toContain(value);
    expect(secret.reveal()).toBe(value);
  });

  it("RED-1: equal values have one fingerprint, others another", () => {
    expect(new Secret(value).fingerprint()).toBe(secret.fingerprint());
    expect(new Secret(`${value}.`).fingerprint()).not.toBe(secret.fingerprint());
  });
});
