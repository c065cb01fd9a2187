import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../../src/base/secret.ts";
import { diagnoseSocket, diagnoseToken } from "../../../../src/chat/slack/install/diagnose.ts";
import { SCOPES } from "../../../../src/chat/slack/manifest-parts.ts";
import { type AskServer, startAskServer } from "./ask-server.ts";

describe("slack/install/diagnose", () => {
  let slack: AskServer;
  const diagnose = (token = "xoxb-1", allowed: readonly string[] = []) =>
    diagnoseToken({ apiUrl: slack.apiUrl, token: new Secret(token), allowed });

  beforeEach(async () => {
    slack = await startAskServer({
      "xoxb-1": { team: "T0001", scopes: [...SCOPES.bot, ...SCOPES.optional] },
    });
  });
  afterEach(() => slack.server.close());

  it("passes a token that works with the scopes of the manifest", async () => {
    expect(await diagnose()).toEqual([
      { id: "token", status: "pass", observed: "works, for the workspace T0001, as UBOT" },
      { id: "scopes", status: "pass", observed: "as in the manifest" },
    ]);
  });

  it("names scopes that are missing, and those that nobody needs", async () => {
    slack.tokens.set("xoxb-1", {
      team: "T0001",
      scopes: SCOPES.bot.filter((scope) => scope !== "files:read"),
    });
    expect((await diagnose())[1]).toMatchObject({ status: "fail", observed: "missing: files:read" });

    slack.tokens.set("xoxb-1", { team: "T0001", scopes: [...SCOPES.bot, "admin"] });
    expect((await diagnose())[1]).toMatchObject({
      status: "warn",
      observed: expect.stringContaining("admin"),
    });

    slack.tokens.set("xoxb-1", { team: "T0001", scopes: SCOPES.bot });
    expect((await diagnose())[1]).toMatchObject({
      status: "pass",
      observed: "as in the manifest, without channels:read, groups:read, reactions:write",
    });
  });

  it("tells an app that is installed in the organisation but in no workspace (ux d.18)", async () => {
    slack.tokens.set("xoxb-1", {
      team: "E1",
      enterprise: "E1",
      orgWide: true,
      scopes: SCOPES.bot,
      workspaces: [],
    });
    expect((await diagnose())[2]).toMatchObject({
      id: "workspaces",
      status: "fail",
      observed: expect.stringContaining("in none of its workspaces"),
      fix: expect.stringContaining("Add to more workspaces"),
    });

    slack.tokens.set("xoxb-1", {
      team: "E1",
      enterprise: "E1",
      orgWide: true,
      scopes: SCOPES.bot,
      workspaces: ["T1"],
    });
    expect((await diagnose())[2]).toMatchObject({ status: "pass", observed: "added to T1" });
  });

  it.each([
    ["xoxb-none", [], "invalid_auth", "Install the app again"],
    ["xoxb-1", ["T0002"], "SLACK_TEAM_ID", "Correct SLACK_BOT_TOKEN or SLACK_TEAM_ID"],
  ])("fails %s for %j with what to do", async (token, allowed, observed, fix) => {
    expect(await diagnose(token, allowed)).toEqual([
      {
        id: "token",
        status: "fail",
        observed: expect.stringContaining(observed),
        fix: expect.stringContaining(fix),
      },
    ]);
  });

  it("says so when Slack cannot be reached", async () => {
    slack.broken = 502;

    expect(await diagnose()).toEqual([
      expect.objectContaining({ status: "fail", fix: expect.stringContaining("SLACK_API_URL") }),
    ]);
  });

  it("tries the app token of Socket Mode", async () => {
    slack.tokens.set("xapp-1", { team: "T0001" });

    expect(await diagnoseSocket(slack.apiUrl, new Secret("xapp-1"))).toMatchObject({ status: "pass" });
    expect(await diagnoseSocket(slack.apiUrl, new Secret("xapp-2"))).toMatchObject({
      status: "fail",
      fix: expect.stringContaining("connections:write"),
    });
  });
});
