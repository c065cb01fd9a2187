// What could be a token of the Bot Connector at all, before anybody looks at its signature (ING-4, TC1 to TC4).

import { describe, expect, it } from "vitest";
import { issuersFor, readToken } from "../../../src/chat/teams/inbound/token-claims.ts";

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = { iss: "i", aud: "a", exp: 2, nbf: 1, serviceurl: "https://s.example/" };
const token = (header: unknown, body: unknown = claims, signature = "c2ln"): string =>
  `${part(header)}.${part(body)}.${signature}`;
const header = { alg: "RS256", kid: "k1" };

describe("chat/teams: claims of a token", () => {
  it("ING-4: reads what could be one", () => {
    expect(readToken(token(header))).toEqual(claims);
  });

  const { exp: _exp, ...endless } = claims;
  it.each([
    ["without a signature", token(header, claims, "")],
    ["of two parts", token(header).split(".").slice(0, 2).join(".")],
    ["of four parts", `${token(header)}.x`],
    ["that is too long", token({ ...header, pad: "x".repeat(20_000) })],
    ["that says that it needs no signature", token({ ...header, alg: "none" })],
    ["with a key of ours", token({ ...header, alg: "HS256" })],
    ["by a key without a name", token({ alg: "RS256" })],
    ["that is never over", token(header, endless)],
    ["that is over in text", token(header, { ...claims, exp: "2999" })],
    ["for several audiences", token(header, { ...claims, aud: ["a", "b"] })],
    ["that has always begun", token(header, { ...claims, nbf: undefined })],
    ["for no service", token(header, { ...claims, serviceurl: "" })],
    ["that is no JSON", `${part(header)}.bm8.c2ln`],
  ])("ING-4, TC1: one %s is none", (_what, text) => {
    expect(readToken(text)).toBeUndefined();
  });

  it("ING-4: each cloud has one issuer, and no cloud that of another", () => {
    const of = (host: string) => issuersFor(`https://${host}/v1/.well-known/openidconfiguration`);
    expect(of("login.botframework.com")).toEqual(["https://api.botframework.com"]);
    expect(of("login.botframework.azure.us")).toEqual(["https://api.botframework.us"]);
    expect(of("login.botframework.azure.cn")).toEqual(["https://api.botframework.azure.cn"]);
    expect(of("evilazure.us")).toEqual(["https://api.botframework.com"]);
  });
});
