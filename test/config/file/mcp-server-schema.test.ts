import { describe, expect, it } from "vitest";
import { parseConfigFile } from "../../../src/config/file/load-config-file.ts";

const path = "/etc/deputy/deputy.config.yml";

function problems(block: Readonly<Record<string, unknown>>): string[] {
  const text = `mcp_server: ${JSON.stringify(block)}\n`;
  return parseConfigFile(text, path, {}).problems.map(({ message }) => message);
}

const good = { issuer: "https://login.example/", person: "slack:T0001:{slack_user}" };

describe("config/file/mcp-server-schema", () => {
  it("takes the issuer letter for letter, and has scopes of its own", () => {
    const { loaded, problems: none } = parseConfigFile(`mcp_server: ${JSON.stringify(good)}\n`, path, {});

    expect(none).toEqual([]);
    expect(loaded.settings.mcp_server).toEqual({
      ...good,
      token_age: 24 * 3_600_000,
      scopes: { read: "deputy.read", write: "deputy.write" },
    });
  });

  it("takes whom the issuer knows for who asks about tokens, with a secret that is never printed", () => {
    const introspection = { client_id: "deputy", client_secret: "hush-hush" };
    const { loaded } = parseConfigFile(
      `mcp_server: ${JSON.stringify({ ...good, introspection, token_age: "15m" })}\n`,
      path,
      {},
    );
    expect(loaded.settings.mcp_server?.token_age).toBe(900_000);
    expect(loaded.settings.mcp_server?.introspection?.client_secret.reveal()).toBe("hush-hush");
    expect(JSON.stringify(loaded.settings)).not.toContain("hush-hush");
  });

  it.each(["entra", "slack", "teams:{tid}:{oid}", "slack:T0001:{https://slack.com/user_id}"])(
    "takes %s for a person",
    (person) => {
      expect(problems({ ...good, person })).toEqual([]);
    },
  );

  it.each([
    ["slack:T0001:{email}", /email, which can change hands/],
    ["slack:T0001:{preferred_username}", /can change hands/],
    ["slack:T0001:U1", /names no claim/],
    ["slack:{user}", /expected entra, slack/],
    ["everybody", /expected entra, slack/],
    ["a:b:c:{sub}", /expected entra, slack/],
  ])("ID-1: refuses %s for a person", (person, said) => {
    expect(problems({ ...good, person }).join()).toMatch(said);
  });

  it.each([
    ["http, but on this machine", { issuer: "http://login.example" }, /https/],
    ["no address", { issuer: "login" }, /address/],
    ["an age that is none", { token_age: "1s" }, /from 1m to 30d/],
    [
      "a question to an address that is not encrypted",
      { introspection: { client_id: "d", client_secret: "s", endpoint: "http://login.example/i" } },
      /https/,
    ],
    ["two scopes in one", { scopes: { read: "a b" } }, /without spaces/],
    ["what it does not know", { audiences: ["x"] }, /./],
  ])("refuses %s", (_, more, said) => {
    expect(problems({ ...good, ...more }).join()).toMatch(said);
  });
});
