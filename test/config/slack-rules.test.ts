import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/errors.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { usesSlack } from "../../src/config/slack-rules.ts";

const masterKey = Buffer.alloc(32, 1).toString("base64");
const oauth = {
  SLACK_CLIENT_ID: "1.2",
  SLACK_CLIENT_SECRET: "s",
  DEPUTY_PUBLIC_URL: "https://d.example",
  DEPUTY_MASTER_KEY: masterKey,
  SLACK_SIGNING_SECRET: "s",
};

describe("config/slack-rules", () => {
  let cwd = "";
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), "deputy-slack-rules-"));
  });
  afterAll(() => rmSync(cwd, { recursive: true }));

  const load = (env: Readonly<Record<string, string | undefined>>) => loadConfig({ env, cwd });
  const problemsOf = (env: Readonly<Record<string, string | undefined>>): string => {
    try {
      load(env);
      return "";
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  };

  it.each([
    ["a bot token with the signing secret", { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "s" }],
    ["a bot token with an app token", { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" }],
    ["all that installing by OAuth needs", oauth],
    [
      "a worker without doors",
      {
        SLACK_BOT_TOKEN: "xoxb-1",
        DEPUTY_ROLE: "worker",
        REDIS_URL: "redis://127.0.0.1",
        DATABASE_URL: "postgres://d",
      },
    ],
  ])("takes %s", (_name, env) => {
    expect(usesSlack(load(env))).toBe(true);
  });

  it.each([
    [
      "SLACK_BOT_TOKEN",
      { SLACK_BOT_TOKEN: "xoxb-1" },
      "SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET",
    ],
    ["SLACK_CLIENT_ID", { ...oauth, SLACK_SIGNING_SECRET: undefined }, "nothing lets Slack's events in"],
    ["SLACK_CLIENT_ID", { ...oauth, SLACK_CLIENT_SECRET: undefined }, "needs SLACK_CLIENT_SECRET"],
    ["SLACK_CLIENT_ID", { ...oauth, DEPUTY_PUBLIC_URL: undefined }, "needs DEPUTY_PUBLIC_URL"],
    ["SLACK_TEAM_ID", { SLACK_TEAM_ID: "T1, acme" }, "expected an id such as T0001, or a comma list"],
  ])("refuses %s where something is missing, with a sentence", (where, env, sentence) => {
    const text = problemsOf(env);

    expect(text).toContain(`  ${where}: `);
    expect(text).toContain(sentence);
  });

  it("reads several workspaces", () => {
    expect(load({ SLACK_TEAM_ID: "T0001, E0002" }).slack.teamIds).toEqual(["T0001", "E0002"]);
  });

  it.each([
    ["Slack is half configured", { SLACK_SIGNING_SECRET: "s" }],
    ["DEPUTY_PUBLIC_URL does not say where", { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "s" }],
    ["Every workspace", oauth],
  ])("tells the operator: %s", (note, env) => {
    expect(load(env).notes.join("\n")).toContain(note);
  });

  it("has nothing to tell when all is set", () => {
    expect(load({ ...oauth, SLACK_TEAM_ID: "T1,T2" }).notes).toEqual([]);
    expect(load({ SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" }).notes).toEqual([]);
  });
});
