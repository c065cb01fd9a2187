import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSlackRows } from "../../src/app/slack-rows.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { SCOPES } from "../../src/chat/slack/manifest-parts.ts";
import type { Check } from "../../src/cli/check.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { openStore } from "../../src/store/open.ts";
import { createSeal } from "../../src/vault/seal.ts";
import { type AskServer, startAskServer } from "../chat/slack/install/ask-server.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const masterKey = Buffer.alloc(32, 1).toString("base64");

describe("cli/doctor-slack", () => {
  let folder: string;
  let slack: AskServer;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-doctor-"));
    slack = await startAskServer({
      "xoxb-1": { team: "T0001", scopes: [...SCOPES.bot, ...SCOPES.optional] },
      "xapp-1": { team: "T0001" },
    });
  });
  afterEach(async () => {
    await slack.server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function slackChecks(env: Readonly<Record<string, string>>, ...argv: string[]): Promise<Check[]> {
    let out = "";
    await runCli({
      argv: ["doctor", "--json", ...argv],
      env: { DEPUTY_DATA: folder, SLACK_API_URL: slack.apiUrl, ...env },
      cwd: folder,
      stdout: { write: (chunk) => void (out += chunk) },
      stderr: { write: () => undefined },
    });
    const { checks }: { checks: Check[] } = JSON.parse(out);
    return checks.filter(({ group }) => group === "slack");
  }
  const socket = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", DEPUTY_MODEL_API: "scripted" };
  const oauth = {
    SLACK_CLIENT_ID: "1.2",
    SLACK_CLIENT_SECRET: "s",
    SLACK_SIGNING_SECRET: "s",
    DEPUTY_PUBLIC_URL: "https://d.example",
    DEPUTY_MASTER_KEY: masterKey,
  };

  it("says nothing where Slack is not set up", async () => {
    expect(await slackChecks({}, "--offline")).toEqual([]);
  });

  it("passes an installation over Socket Mode", async () => {
    const checks = await slackChecks(socket);

    expect(checks.map(({ id, status }) => [id, status])).toEqual([
      ["door", "pass"],
      ["socket", "pass"],
      ["token", "pass"],
      ["scopes", "pass"],
      ["messages", "pass"],
    ]);
    expect(checks[0]?.observed).toContain("Socket Mode");
  });

  it("names the address of the HTTP door, and warns where Slack cannot reach it", async () => {
    const http = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "s" };
    const [reachable] = await slackChecks({ ...http, DEPUTY_PUBLIC_URL: "https://d.example" }, "--offline");
    const [hidden] = await slackChecks(http, "--offline");

    expect(reachable).toMatchObject({
      status: "pass",
      observed: expect.stringContaining("https://d.example/slack/events"),
    });
    expect(hidden).toMatchObject({ status: "warn", fix: expect.stringContaining("SLACK_APP_TOKEN") });
  });

  it("asks Slack nothing with --offline", async () => {
    const checks = await slackChecks(socket, "--offline");

    expect(checks.find(({ id }) => id === "token")?.status).toBe("skip");
    expect(slack.methods()).toEqual([]);
  });

  it("fails a token that Slack refuses", async () => {
    const checks = await slackChecks({ ...socket, SLACK_BOT_TOKEN: "xoxb-other" });

    expect(checks.find(({ id }) => id === "token")).toMatchObject({
      status: "fail",
      observed: expect.stringContaining("invalid_auth"),
    });
  });

  it("looks at the workspaces that installed the app, those that removed it, and tokens of another key", async () => {
    const store = await openStore({ dataFolder: folder, log: silentLogger });
    const clock = createManualClock();
    const rowsOf = (key: string) =>
      createSlackRows({ store, clock, log: silentLogger, seal: createSeal(new Secret(key), "slack") });
    const owner = (team: string) => ({ team, orgWide: false, botUser: "UBOT", botId: "B1", scopes: [] });
    const rows = rowsOf(masterKey);
    await rows.save(owner("T0001"), new Secret("xoxb-1"), "U1");
    await rows.save(owner("T0002"), new Secret("xoxb-2"), "U1");
    await rows.revoke("T0002", (await rows.find("T0002"))?.version ?? "", "the app was uninstalled");
    await rowsOf(Buffer.alloc(32, 9).toString("base64")).save(owner("T0003"), new Secret("xoxb-3"), "U1");
    await store.close();

    const checks = await slackChecks(oauth);

    expect(checks.filter(({ id }) => id === "installed")).toEqual([
      expect.objectContaining({
        status: "warn",
        observed: expect.stringContaining("T0002 is not served any more: the app was uninstalled"),
      }),
      expect.objectContaining({
        status: "fail",
        observed: expect.stringContaining("T0003 cannot be opened"),
      }),
    ]);
    expect(checks.filter(({ id }) => id === "token")).toEqual([
      expect.objectContaining({ status: "pass", observed: expect.stringContaining("T0001") }),
    ]);
  });

  it("says where to begin when no workspace has installed the app", async () => {
    const checks = await slackChecks(oauth);

    expect(checks.find(({ id }) => id === "installed")).toMatchObject({
      status: "warn",
      fix: "Install the app at https://d.example/slack/install.",
    });
  });
});
