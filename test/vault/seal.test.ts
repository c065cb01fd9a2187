import { describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { createSeal, deriveKey } from "../../src/vault/seal.ts";

const key = new Secret(Buffer.alloc(32, 7).toString("base64"));
const otherKey = new Secret(Buffer.alloc(32, 8).toString("base64"));
const place = "slack_installations/T0001/bot_token";
const token = new Secret("xoxb-1-secret-ä");

const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

describe("vault/seal", () => {
  const seal = createSeal(key, "slack");

  it("gives back what was sealed, and never seals alike", () => {
    const sealed = seal.close(token, place);

    expect(createSeal(key, "slack").open(sealed, place).reveal()).toBe(token.reveal());
    expect(sealed).not.toContain("xoxb");
    expect(seal.close(token, place)).not.toBe(sealed);
  });

  it("VA1: opens in its own place only", () => {
    const sealed = seal.close(token, place);

    expect(codeOf(() => seal.open(sealed, place.replace("T0001", "T0002")))).toBe("vault.damaged");
  });

  it("VA1: refuses a text that was changed, cut or is none", () => {
    const sealed = seal.close(token, place);
    const [version, name, text = ""] = sealed.split(".");
    const flipped = Buffer.from(text, "base64url");
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;

    for (const bad of [
      `${version}.${name}.${flipped.toString("base64url")}`,
      `${version}.${name}.aa`,
      "",
      "v2.a.b",
    ])
      expect(codeOf(() => seal.open(bad, place))).toBe("vault.damaged");
  });

  it("VA2: says that the key is another one", () => {
    const sealed = seal.close(token, place);

    expect(codeOf(() => createSeal(otherKey, "slack").open(sealed, place))).toBe("vault.wrong_key");
    expect(codeOf(() => createSeal(key, "mail").open(sealed, place))).toBe("vault.wrong_key");
  });

  it("derives another key for each purpose", () => {
    expect(deriveKey(key, "a").equals(deriveKey(key, "b"))).toBe(false);
    expect(deriveKey(key, "a").equals(deriveKey(key, "a"))).toBe(true);
  });
});
