import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../../src/base/secret.ts";
import type { KnownInstallations } from "../../../../src/chat/slack/install/known-installations.ts";
import { createSingleInstallation } from "../../../../src/chat/slack/install/single-installation.ts";
import { createManualClock } from "../../../fakes/manual-clock.ts";
import { type AskServer, startAskServer } from "./ask-server.ts";
import { createLogLines } from "./log-lines.ts";

describe("slack/install/single-installation", () => {
  let slack: AskServer;
  const clock = createManualClock();
  const log = createLogLines();
  const single = (allowed: readonly string[] = [], token = "xoxb-1"): KnownInstallations =>
    createSingleInstallation({ apiUrl: slack.apiUrl, token: new Secret(token), allowed, clock, log });

  beforeEach(async () => {
    slack = await startAskServer({ "xoxb-1": { team: "T0001" } });
  });
  afterEach(() => slack.server.close());

  it("SI2: asks Slack once whose the token is", async () => {
    const installations = single();

    const both = await Promise.all([installations.find("T0001"), installations.list()]);

    expect(both[0]).toMatchObject({ teamId: "T0001", botUserId: "UBOT", botId: "B1", appId: "A1" });
    expect(both[0]?.botToken.reveal()).toBe("xoxb-1");
    expect(both[1]).toEqual([both[0]]);
    expect(await installations.find("T0002")).toBeUndefined();
    expect(slack.methods()).toEqual(["auth.test"]);
    expect(await installations.states()).toEqual([{ team: "T0001" }]);
  });

  it("SI1: refuses a token of another workspace with a sentence", async () => {
    const installations = single(["T0002"]);

    await expect(installations.find("T0001")).rejects.toMatchObject({
      code: "slack.wrong_team",
      message: expect.stringMatching(/belongs to T0001.*SLACK_TEAM_ID says T0002/),
    });
    await expect(installations.list()).rejects.toThrow("SLACK_TEAM_ID");
  });

  it("SI1: takes a workspace of the organisation that is allowed", async () => {
    slack.tokens.set("xoxb-1", { team: "T0001", enterprise: "E1" });

    expect((await single(["E1"]).find("T0001"))?.teamId).toBe("T0001");
  });

  it("serves the workspaces that an organisation's app was added to, and no other", async () => {
    slack.tokens.set("xoxb-1", { team: "T-any", enterprise: "E1", orgWide: true, workspaces: ["T0001"] });
    const installations = single();

    expect((await installations.find("E1"))?.teamId).toBe("E1");
    expect((await installations.find("T0001"))?.teamId).toBe("E1");
    expect(await installations.find("T0002")).toBeUndefined();
    expect(slack.methods()).toEqual(["auth.test", "auth.teams.list"]);
  });

  it("SI2: asks again after a failure, but not at once", async () => {
    slack.broken = 503;
    const installations = single();
    await expect(installations.find("T0001")).rejects.toMatchObject({ code: "chat.unavailable" });

    slack.broken = undefined;
    await expect(installations.find("T0001")).rejects.toMatchObject({ code: "chat.unavailable" });
    expect(slack.methods()).toHaveLength(1);

    await clock.advance(10_000);
    expect((await installations.find("T0001"))?.teamId).toBe("T0001");
  });

  it("calls a token that Slack refuses by its name, and one of a person no bot token", async () => {
    await expect(single([], "xoxb-none").find("T0001")).rejects.toMatchObject({
      code: "chat.refused",
      message: expect.stringContaining("invalid_auth"),
    });
    slack.tokens.set("xoxp-1", { team: "T0001", noBot: true });
    await expect(single([], "xoxp-1").find("T0001")).rejects.toThrow("xoxb-");
  });

  it("SI3: finds nothing after a revocation, and looks again later", async () => {
    const installations = single();
    await installations.find("T0001");
    slack.tokens.delete("xoxb-1");

    await installations.revoke("T0001", "the app was uninstalled");
    await installations.revoke("T0001", "the app was uninstalled");

    expect(await installations.find("T0001")).toBeUndefined();
    expect(await installations.list()).toEqual([]);
    expect(await installations.states()).toEqual([{ team: "T0001", revoked: "the app was uninstalled" }]);
    expect(log.lines.filter((line) => line.startsWith("error"))).toHaveLength(1);

    await clock.advance(60_000);
    expect(await installations.find("T0001")).toBeUndefined();

    slack.tokens.set("xoxb-1", { team: "T0001" });
    await clock.advance(60_000);
    expect((await installations.find("T0001"))?.teamId).toBe("T0001");
    expect(await installations.states()).toEqual([{ team: "T0001" }]);
  });

  it("SI3: is not ended by news that came late, after the app was installed again with the same token", async () => {
    const installations = single();
    await installations.find("T0001");

    await installations.revoke("T0001", "its bot token was revoked");

    expect((await installations.find("T0001"))?.teamId).toBe("T0001");
    expect(await installations.states()).toEqual([{ team: "T0001" }]);
    expect(log.lines.at(-1)).toContain("still works");
  });

  it("SI3: is not ended by news about another workspace", async () => {
    const installations = single();

    await installations.revoke("T0002", "the app was uninstalled");

    expect((await installations.find("T0001"))?.teamId).toBe("T0001");
  });

  it("writes no token to the log", () => {
    expect(log.lines.join("\n")).not.toContain("xoxb-");
  });
});
