import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../../src/base/secret.ts";
import type { TokenOwner } from "../../../../src/chat/slack/install/ask-slack.ts";
import type { KnownInstallations } from "../../../../src/chat/slack/install/known-installations.ts";
import { createSingleInstallation } from "../../../../src/chat/slack/install/single-installation.ts";
import {
  createStoredInstallations,
  type InstallationRows,
  joinInstallations,
  type StoredInstallation,
} from "../../../../src/chat/slack/install/stored-installations.ts";
import { createManualClock, type ManualClock } from "../../../fakes/manual-clock.ts";
import { type AskServer, startAskServer } from "./ask-server.ts";
import { createLogLines } from "./log-lines.ts";

const hour = 60 * 60_000;

function ownerOf(team: string, more: Partial<TokenOwner> = {}): TokenOwner {
  return { team, orgWide: false, botUser: "UBOT", botId: "B1", scopes: [], ...more };
}

describe("slack/install/stored-installations", () => {
  let slack: AskServer;
  let clock: ManualClock;
  let kept: Map<string, StoredInstallation>;
  let reads: number;
  const log = createLogLines();

  const rows: InstallationRows = {
    find: async (team) => {
      reads += 1;
      return kept.get(team);
    },
    list: async () => [...kept.values()],
    states: async () => [...kept.keys()].map((team) => ({ team })),
    save: async (owner, botToken) => keep(owner, botToken.reveal()),
    revoke: async (team, version) => kept.get(team)?.version === version && kept.delete(team),
  };
  const keep = (owner: TokenOwner, token: string): void =>
    void kept.set(owner.team, {
      owner,
      botToken: new Secret(token),
      installedAt: clock.now(),
      version: token,
    });
  const stored = (allowed: readonly string[] = []): KnownInstallations =>
    createStoredInstallations({ rows, apiUrl: slack.apiUrl, allowed, clock, log });

  beforeEach(async () => {
    slack = await startAskServer({ "xoxb-1": { team: "T0001" } });
    clock = createManualClock();
    kept = new Map();
    reads = 0;
  });
  afterEach(() => slack.server.close());

  it("SO2: finds a workspace's token without a read for every delivery", async () => {
    keep(ownerOf("T0001"), "xoxb-1");
    const installations = stored();

    for (let i = 0; i < 5; i += 1)
      expect((await installations.find("T0001"))?.botToken.reveal()).toBe("xoxb-1");
    expect(reads).toBe(1);

    kept.clear();
    await clock.advance(5_000);
    expect(await installations.find("T0001")).toBeUndefined();
  });

  it("SO3: finds no workspace that SLACK_TEAM_ID leaves out", async () => {
    keep(ownerOf("T0001"), "xoxb-1");
    keep(ownerOf("T0002", { enterprise: "E1" }), "xoxb-2");

    const installations = stored(["E1"]);

    expect(await installations.find("T0001")).toBeUndefined();
    expect((await installations.list()).map(({ teamId }) => teamId)).toEqual(["T0002"]);
  });

  it("reaches the workspaces of an organisation through its installation", async () => {
    slack.tokens.set("xoxb-org", { team: "E1", orgWide: true, workspaces: ["T0007"] });
    keep(ownerOf("E1", { orgWide: true }), "xoxb-org");
    const installations = stored();

    expect((await installations.find("T0007"))?.teamId).toBe("E1");
    expect(await installations.find("T0008")).toBeUndefined();
  });

  it("SO1: ends an installation whose app was removed", async () => {
    keep(ownerOf("T0001"), "xoxb-1");
    const installations = stored();
    await installations.find("T0001");
    await clock.advance(hour);

    await installations.revoke("T0001", "the app was uninstalled");

    expect(await installations.find("T0001")).toBeUndefined();
    expect(slack.methods()).toEqual([]);
  });

  it("SO1: keeps a fresh installation when old news comes, and ends it when its token is dead", async () => {
    keep(ownerOf("T0001"), "xoxb-1");
    const installations = stored();

    await installations.revoke("T0001", "the app was uninstalled");
    expect((await installations.find("T0001"))?.teamId).toBe("T0001");

    slack.tokens.delete("xoxb-1");
    await installations.revoke("T0001", "the app was uninstalled");
    expect(await installations.find("T0001")).toBeUndefined();
  });

  it("joins the installation of the settings with those of the store, and each stands for itself", async () => {
    keep(ownerOf("T0002"), "xoxb-2");
    const single = createSingleInstallation({
      token: new Secret("xoxb-gone"),
      apiUrl: slack.apiUrl,
      allowed: [],
      clock,
      log,
    });
    const joined = joinInstallations([stored(), single], log);

    expect((await joined.find("T0002"))?.teamId).toBe("T0002");
    await expect(joined.find("T0001")).rejects.toMatchObject({ code: "chat.refused" });
    expect((await joined.list()).map(({ teamId }) => teamId)).toEqual(["T0002"]);
  });
});
