import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { type AskServer, startAskServer } from "../chat/slack/install/ask-server.ts";

const oauth = {
  SLACK_CLIENT_ID: "1.2",
  SLACK_CLIENT_SECRET: "s",
  SLACK_SIGNING_SECRET: "signing",
  DEPUTY_PUBLIC_URL: "https://d.example",
  DEPUTY_MASTER_KEY: Buffer.alloc(32, 1).toString("base64"),
};
const single = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "signing" };

describe("app with Slack", () => {
  let folder: string;
  let slack: AskServer;
  let log: string;
  const apps: App[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-slack-start-"));
    slack = await startAskServer({ "xoxb-1": { team: "T0001" } });
    log = "";
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.stop();
    await slack.server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(env: Readonly<Record<string, string>>): Promise<App> {
    const all = {
      DEPUTY_DATA: folder,
      PORT: "0",
      SLACK_API_URL: slack.apiUrl,
      DEPUTY_MODEL_API: "scripted",
      ...env,
    };
    const app = await startApp({
      config: loadConfig({ env: all, cwd: folder }),
      role: "all",
      log: { to: { write: (line) => void (log += line) } },
    });
    apps.push(app);
    return app;
  }
  const checksOf = async (app: App): Promise<Record<string, unknown>> => {
    const response = await fetch(`${app.url}/readyz`);
    expect(response.status).toBe(200);
    return (await response.json()).checks;
  };

  it("opens Slack's door beside the local chat", async () => {
    const app = await start(single);

    const unsigned = await fetch(`${app.url}/slack/events`, { method: "POST", body: "{}" });
    expect(unsigned.status).toBe(401);
    expect((await fetch(`${app.url}/slack/install`)).status).toBe(404);
    expect(app.chatUrl).toContain("/chat?token=");
    await expect
      .poll(() => checksOf(app))
      .toMatchObject({ slack: "ok", slack_installations: [{ team: "T0001" }] });
  });

  it("starts without the local chat where other machines reach it", async () => {
    const app = await start({ ...single, HOST: "0.0.0.0" });

    expect(app.chatUrl).toBeUndefined();
    expect((await fetch(`${app.url}/chat`)).status).toBe(404);
    expect(log).toContain("The local chat is off");
  });

  it("says at the start that a token is not good, and goes on", async () => {
    const app = await start({ ...single, SLACK_BOT_TOKEN: "xoxb-wrong" });

    await expect.poll(() => log).toContain("Slack cannot be used yet");
    expect(log).toContain("invalid_auth");
    expect((await checksOf(app))["slack_installations"]).toEqual([{}]);
  });

  it("lets a workspace install the app, and still knows it after a restart", async () => {
    slack.tokens.set("xoxb-new", { team: "T0009" });
    slack.codes.set("code-1", {
      ok: true,
      access_token: "xoxb-new",
      scope: "commands",
      bot_user_id: "UBOT",
      app_id: "A1",
      team: { id: "T0009", name: "Co" },
      authed_user: { id: "U1" },
    });
    const app = await start(oauth);

    const begun = await fetch(`${app.url}/slack/install`, { redirect: "manual" });
    const state = new URL(begun.headers.get("location") ?? "").searchParams.get("state") ?? "";
    const cookie = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const back = `${app.url}/slack/oauth_redirect?${new URLSearchParams({ code: "code-1", state })}`;
    const done = await fetch(back, { headers: { cookie } });
    const replayed = await fetch(back, { headers: { cookie } });

    expect(done.status).toBe(200);
    expect(replayed.status).toBe(400);
    expect((await checksOf(app))["slack_installations"]).toEqual([{ team: "T0009" }]);
    for (const one of apps.splice(0)) await one.stop();

    const again = await start(oauth);
    expect((await checksOf(again))["slack_installations"]).toEqual([{ team: "T0009" }]);
    await expect.poll(() => log).toContain('"teams":["T0009"]');
    expect(log).not.toContain("xoxb-new");
  });
});
