import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runCli } from "../../src/cli/run-cli.ts";

describe("cli/manifest", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-manifest-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function manifest(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const text = { out: "", err: "" };
    const code = await runCli({
      argv: ["manifest", "slack", ...argv],
      env: { DEPUTY_DATA: folder, ...env },
      cwd: folder,
      stdout: { write: (chunk) => void (text.out += chunk) },
      stderr: { write: (chunk) => void (text.err += chunk) },
    });
    return { code, ...text };
  }

  it("prints YAML for Socket Mode where there is no address", async () => {
    const { code, out } = await manifest([]);

    expect(code).toBe(0);
    expect(parse(out).settings).toMatchObject({
      socket_mode_enabled: true,
      interactivity: { is_enabled: true },
    });
    expect(out).not.toContain("request_url");
  });

  it.each([
    ["--url", ["--url", "https://d.example/"], {}],
    ["DEPUTY_PUBLIC_URL", [], { DEPUTY_PUBLIC_URL: "https://d.example" }],
  ])("fills in the addresses from %s", async (_name, argv, env) => {
    const { out } = await manifest([...argv, "--json"], env);

    const door = "https://d.example/slack/events";
    expect(JSON.parse(out)).toMatchObject({
      features: { slash_commands: [{ command: "/deputy", url: door }] },
      oauth_config: {
        redirect_urls: [
          "https://d.example/slack/oauth_redirect",
          "https://d.example/connect/signed-in/slack",
        ],
      },
      settings: {
        event_subscriptions: { request_url: door },
        interactivity: { request_url: door },
        socket_mode_enabled: false,
      },
    });
  });

  it.each([
    ["--socket", ["--url", "https://d.example", "--socket"], {}],
    ["SLACK_APP_TOKEN", ["--url", "https://d.example"], { SLACK_APP_TOKEN: "xapp-1" }],
  ])("is for Socket Mode with %s", async (_name, argv, env) => {
    const { out } = await manifest([...argv, "--json"], env);

    expect(JSON.parse(out).settings.socket_mode_enabled).toBe(true);
    expect(out).not.toContain("request_url");
  });

  it("names the app and its bot", async () => {
    const { out } = await manifest(["--name", "Data Desk!", "--json"]);

    expect(JSON.parse(out)).toMatchObject({
      display_information: { name: "Data Desk!" },
      features: { bot_user: { display_name: "data-desk" } },
    });
    expect(out).not.toMatch(/Deputy does work/);
  });

  it("writes a file, as JSON if it is called so", async () => {
    const yaml = await manifest(["--out", "app.yml"]);
    await manifest(["--out", "app.json"]);

    expect(yaml).toMatchObject({ code: 0, out: `${path.join(folder, "app.yml")} is written.\n` });
    const written = await readFile(path.join(folder, "app.yml"), "utf8");
    expect(parse(written)).toEqual(JSON.parse(await readFile(path.join(folder, "app.json"), "utf8")));
  });

  it.each([
    [["--url", "http://d.example"], "https addresses only"],
    [["--url", "d.example"], "https addresses only"],
    [["--name", "x".repeat(36)], "1 to 35 characters"],
    [["--out", "none/app.yml"], "could not be written"],
  ])("refuses %j with a sentence", async (argv, sentence) => {
    const { code, err } = await manifest(argv);

    expect(code).toBe(1);
    expect(err).toContain(sentence);
  });
});
